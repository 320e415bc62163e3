using System.Globalization;
using System.Text.Json;
using Rerank.Contracts.Feedback;
using Rerank.Dialects;

namespace Rerank.Router.Feedback;

/// <summary>Reads a body of <see cref="FeedbackApi"/>. Members that it doesn't know are skipped.</summary>
internal static class FeedbackReader
{
    /// <exception cref="RequestException">Names the field that is wrong, and what is allowed.</exception>
    public static FeedbackRequest Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw new RequestException(
                new RequestError(RequestErrorKind.Malformed, $"the body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"), e);
        }
        catch (InvalidOperationException e)
        {
            // What GetString throws for half of a surrogate pair, and for text that is no UTF-8.
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, "the body has a string that is not valid Unicode text"), e);
        }
    }

    private static FeedbackRequest Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw Wrong("the body must be a JSON object");
        if (StringOf(body, "request_id") is not { } text || !Guid.TryParse(text, out var id))
            throw Wrong("request_id must be the id of an answer, a UUID: the value of its X-Rerank-Request-Id header");
        if (!body.TryGetProperty("events", out var list) || list.ValueKind != JsonValueKind.Array)
            throw Wrong("events must be an array");
        if (list.GetArrayLength() is < 1 or > FeedbackApi.MaxEvents)
            throw Wrong($"events must have from 1 to {FeedbackApi.MaxEvents} entries, not {list.GetArrayLength()}");

        return new FeedbackRequest(id, [.. list.EnumerateArray().Select(ReadEvent)]);
    }

    private static FeedbackEvent ReadEvent(JsonElement entry, int place)
    {
        var at = $"events[{place}]";
        try
        {
            return ReadEvent(entry, at);
        }
        catch (InvalidOperationException e)
        {
            throw new RequestException(new RequestError(RequestErrorKind.Malformed, $"{at} has a string that is not valid Unicode text"), e);
        }
    }

    private static FeedbackEvent ReadEvent(JsonElement entry, string at)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw Wrong($"{at} must be an object");

        FeedbackType? type = StringOf(entry, "type") switch
        {
            "click" => FeedbackType.Click,
            "accept" => FeedbackType.Accept,
            "reject" => FeedbackType.Reject,
            _ => null,
        };
        if (type is null)
            throw Wrong($"{at}.type must be \"click\", \"accept\" or \"reject\"");

        var hasIndex = Has(entry, "index", out var index);
        if (hasIndex == Has(entry, "id", out var id))
            throw Wrong($"{at} must have exactly one of index and id");
        if (hasIndex)
        {
            return index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number) && number >= 0
                ? new FeedbackEvent(type.Value, number)
                : throw Wrong($"{at}.index must be the place of a document in the request, from 0");
        }

        return id.ValueKind == JsonValueKind.String && int.TryParse(id.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? new FeedbackEvent(type.Value, parsed)
            : throw Wrong($"{at}.id must be the place of a document in the request, from \"0\"");
    }

    private static bool Has(JsonElement element, string name, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static string? StringOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static RequestException Wrong(string message) => new(RequestErrorKind.Invalid, message);
}
