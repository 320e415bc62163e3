using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects;

/// <summary>
/// Reads a body in one pass, whatever its dialect: which one it is shows only in its fields, and an error has to be told in that dialect. Liberal: unknown
/// fields are skipped, null is absent, a byte order mark is skipped, and half a surrogate pair is U+FFFD.
/// </summary>
internal static class RequestReader
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static RequestDraft Read(ReadOnlyMemory<byte> body, RequestLimits limits)
    {
        var error = Prepare(body, limits, out var json);
        var draft = new RequestDraft(json) { Malformed = error };
        if (error is null)
            Read(json.Span, draft, limits);
        return draft;
    }

    /// <summary>What is to be done before a body is read as JSON.</summary>
    /// <returns>Why it can't be read; null: it may be JSON.</returns>
    public static RequestError? Prepare(ReadOnlyMemory<byte> body, RequestLimits limits, out ReadOnlyMemory<byte> json)
    {
        json = body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        if (body.Length > limits.MaxBodyBytes)
            return new RequestError(RequestErrorKind.TooLarge, $"the body has {body.Length} bytes; at most {limits.MaxBodyBytes} are allowed");
        json = LoneSurrogates.Replace(json);
        return json.IsEmpty ? new RequestError(RequestErrorKind.Malformed, "the body is empty; a JSON object is expected") : null;
    }

    public static RequestError NotJson(JsonException e) =>
        new(RequestErrorKind.Malformed, $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");

    public static RequestError NoObject(JsonTokenType token) => new(RequestErrorKind.Malformed, $"the body must be a JSON object, not {JsonFields.KindOf(token)}");

    /// <summary>About a string whose bytes are no valid UTF-8.</summary>
    public static RequestError NotUnicode(string name) => new(RequestErrorKind.Malformed, $"{name} has text that is not valid UTF-8");

    private static void Read(ReadOnlySpan<byte> json, RequestDraft draft, RequestLimits limits)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                draft.Malformed = NoObject(reader.TokenType);
                return;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                ReadField(ref reader, draft, limits);

            // Throws when anything but white space follows.
            reader.Read();
        }
        catch (JsonException e)
        {
            draft.Malformed = NotJson(e);
        }
        catch (InvalidOperationException)
        {
            draft.Malformed = NotUnicode("the name of a field");
        }
    }

    private static void ReadField(ref Utf8JsonReader reader, RequestDraft draft, RequestLimits limits)
    {
        var (field, name) = RequestFieldNames.Find(in reader);
        draft.Seen |= field;
        var before = reader;
        if (field != RequestFields.None && !draft.IsRejected(field))
        {
            try
            {
                if (TryReadValue(ref reader, field, name, draft, limits))
                    return;
            }
            catch (RequestException e)
            {
                draft.Reject(field, name, e.Error);
            }
            catch (InvalidOperationException)
            {
                draft.Reject(field, name, NotUnicode(name));
            }
        }

        reader = before;
        reader.Read();
        reader.Skip();
    }

    /// <returns>False for a field whose value is of no interest; it isn't read then.</returns>
    private static bool TryReadValue(ref Utf8JsonReader reader, RequestFields field, string name, RequestDraft draft, RequestLimits limits)
    {
        switch (field)
        {
            case RequestFields.Model:
                // Some clients send an empty name for none.
                draft.Model = JsonFields.ReadString(ref reader, name) is { } model && !string.IsNullOrWhiteSpace(model) ? model : null;
                break;
            case RequestFields.Query:
                draft.Query = DocumentText.ReadOne(ref reader, draft.Json, name);
                break;
            case RequestFields.Documents:
                draft.Documents = JsonFields.ReadTexts(ref reader, draft.Body, name, limits, orSingle: true);
                break;
            case RequestFields.Texts:
                draft.Texts = JsonFields.ReadTexts(ref reader, draft.Body, name, limits, orSingle: false);
                break;
            case RequestFields.Passages:
                draft.Passages = JsonFields.ReadTexts(ref reader, draft.Body, name, limits, orSingle: false);
                break;
            case RequestFields.Queries or RequestFields.Data1 or RequestFields.Text1:
                draft.Left = JsonFields.ReadTexts(ref reader, draft.Body, name, limits, orSingle: true);
                break;
            case RequestFields.Items or RequestFields.Data2 or RequestFields.Text2:
                draft.Right = JsonFields.ReadTexts(ref reader, draft.Body, name, limits, orSingle: true);
                break;
            case RequestFields.TopN:
                draft.TopN = JsonFields.ReadInteger(ref reader, name);
                break;
            case RequestFields.TopK:
                draft.TopK = JsonFields.ReadInteger(ref reader, name);
                break;
            case RequestFields.ReturnDocuments:
                draft.ReturnDocuments = JsonFields.ReadBoolean(ref reader, name);
                break;
            case RequestFields.ReturnText:
                draft.ReturnText = JsonFields.ReadBoolean(ref reader, name);
                break;
            case RequestFields.RawScores:
                draft.RawScores = JsonFields.ReadBoolean(ref reader, name);
                break;
            case RequestFields.UseActivation or RequestFields.Activation or RequestFields.Softmax:
                draft.UseActivation = JsonFields.ReadBoolean(ref reader, name) ?? draft.UseActivation;
                break;
            case RequestFields.Truncate:
                draft.Truncate = JsonFields.ReadTruncation(ref reader, name);
                break;
            case RequestFields.Truncation:
                draft.Truncation = JsonFields.ReadBoolean(ref reader, name);
                break;
            case RequestFields.TruncationDirection or RequestFields.TruncationSide:
                draft.TruncationSide = JsonFields.ReadSide(ref reader, name);
                break;
            case RequestFields.TruncatePromptTokens:
                draft.TruncatePromptTokens = JsonFields.ReadInteger(ref reader, name);
                break;
            case RequestFields.MaxTokensPerDocument:
                draft.MaxTokensPerDocument = JsonFields.ReadInteger(ref reader, name);
                break;
            case RequestFields.MaxTokensPerQuery:
                draft.MaxTokensPerQuery = JsonFields.ReadInteger(ref reader, name);
                break;
            case RequestFields.MaxChunksPerDocument:
                draft.MaxChunksPerDocument = JsonFields.ReadInteger(ref reader, name);
                break;
            case RequestFields.RankFields:
                draft.RankFields = JsonFields.ReadNames(ref reader, name);
                break;
            case RequestFields.Priority:
                draft.Priority = JsonFields.ReadInteger(ref reader, name);
                break;
            default:
                return false;
        }

        return true;
    }
}
