using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rerank.Dialects;

/// <summary>A dialect whose requests are one JSON object. It judges what was read of one, and has the words for what is wrong.</summary>
internal abstract class JsonDialect : Dialect
{
    // Answers are application/json, never part of a page, so text needs no escapes beyond JSON's own.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The fields that it has. Others are skipped, whatever is in them.</summary>
    protected abstract RequestFields Known { get; }

    /// <summary>Before the words about a field whose value is not allowed.</summary>
    protected virtual string Prefix => "";

    internal sealed override RerankRequest Accept(RequestDraft draft)
    {
        draft.ThrowIfWrong(Known);
        return Finish(draft);
    }

    /// <summary>Checks what can be checked only when every field is known.</summary>
    protected abstract RerankRequest Finish(RequestDraft draft);

    protected virtual RequestException QueryIsMissing() => Wrong(RequestErrorKind.Malformed, "query", "query is missing; it must be a string");

    protected virtual RequestException QueryIsEmpty() => Wrong(RequestErrorKind.Empty, "query", "query must not be empty or only white space");

    protected virtual RequestException TextsAreMissing(string field) => Wrong(RequestErrorKind.Malformed, field, $"{field} is missing; it must be an array of strings");

    protected virtual RequestException TextsAreEmpty(string field) => Wrong(RequestErrorKind.Empty, field, $"{field} must not be empty");

    protected string QueryOf(RequestDraft draft)
    {
        var query = draft.Query ?? throw QueryIsMissing();
        return string.IsNullOrWhiteSpace(query) ? throw QueryIsEmpty() : query;
    }

    protected Utf8Texts TextsOf(TextList? texts, string field, IReadOnlyList<string>? rankFields = null)
    {
        if (texts is null)
            throw TextsAreMissing(field);
        if (texts.Count == 0)
            throw TextsAreEmpty(field);
        try
        {
            return texts.Resolve(rankFields);
        }
        catch (RequestException e)
        {
            throw new RequestException(e.Error with { Field = field });
        }
    }

    protected int? AtLeast(int minimum, int? value, string field) =>
        value < minimum ? throw Wrong(RequestErrorKind.Invalid, field, $"{Prefix}{field} must be at least {minimum}, not {value}") : value;

    /// <summary>For dialects in which 0 is as good as nothing.</summary>
    protected static int? AllIfZero(int? value) => value == 0 ? null : value;

    protected static RequestException Wrong(RequestErrorKind kind, string field, string message) => new(new RequestError(kind, message) { Field = field });

    internal static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output) => new(output, WriterOptions);
}
