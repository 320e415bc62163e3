using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rerank.Operator.Runtime.Crds.Validation;

internal static class StringChecks
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Check(JsonObject schema, string value, string path, List<FieldError> errors)
    {
        if (schema["enum"] is JsonArray values && !values.Any(allowed => (string?)allowed == value))
        {
            var supported = string.Join(", ", values.Select(allowed => $"\"{allowed}\""));
            errors.Add(new(path, $"Unsupported value: {Quote(value)}: supported values: {supported}"));
        }

        // An API server counts code points.
        var length = value.EnumerateRunes().Count();
        if ((int?)schema["maxLength"] is { } most && length > most)
            errors.Add(new(path, $"Too long: may not be more than {most} bytes"));
        if ((int?)schema["minLength"] is { } least && length < least)
            errors.Add(new(path, $"Invalid value: {Quote(value)}: {path} in body should be at least {least} chars long"));
        if ((string?)schema["pattern"] is { } pattern && !SchemaPattern.IsMatch(pattern, value))
            errors.Add(new(path, $"Invalid value: {Quote(value)}: {path} in body should match '{pattern}'"));
        if ((string?)schema["format"] == "date-time" && !IsTime(value))
            errors.Add(new(path, $"Invalid value: {Quote(value)}: {path} in body must be of type date-time: {Quote(value)}"));
    }

    private static bool IsTime(string value) =>
        value.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static string Quote(string value) => JsonSerializer.Serialize(value, Readable);
}
