using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>A value of tokenizer.json that knows its place, so that an error can name it.</summary>
internal readonly struct JsonPart(string path, JsonElement element)
{
    public string Text => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Expected("a string");

    public bool IsText => element.ValueKind == JsonValueKind.String;

    public bool IsList => element.ValueKind == JsonValueKind.Array;

    public bool Boolean => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected("true or false"),
    };

    public double Number => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && double.IsFinite(number)
        ? number
        : throw Expected("a number");

    /// <summary>A member that must be there.</summary>
    public JsonPart this[string name] => Find(name) ?? throw Unsupported(name, "is missing");

    /// <summary>A member; null when it is absent or null.</summary>
    public JsonPart? Find(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Expected("an object");
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new JsonPart(Join(name), value) : null;
    }

    /// <summary>A member; false when it is absent or null.</summary>
    public bool Flag(string name) => Find(name)?.Boolean ?? false;

    public string TextOr(string name, string absent) => Find(name)?.Text ?? absent;

    public int Integer(int min, int max) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw Expected($"a whole number from {min} to {max}");

    public IEnumerable<(string Name, JsonPart Part)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Expected("an object");
        foreach (var member in element.EnumerateObject())
            yield return (member.Name, new JsonPart(path, member.Value));
    }

    public IEnumerable<JsonPart> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Expected("a list");
        var i = 0;
        foreach (var item in element.EnumerateArray())
            yield return new JsonPart($"{path}[{i++}]", item);
    }

    public void ExpectType(params ReadOnlySpan<string> supported)
    {
        var type = this["type"].Text;
        if (!supported.Contains(type))
            throw Unsupported("type", $"{type} is not supported, only {string.Join(", ", supported)}");
    }

    public ModelLoadException Unsupported(string member, string problem) => Unsupported($"{Join(member)}: {problem}", inner: null);

    public static ModelLoadException Unsupported(string problem, Exception? inner) =>
        new(ModelFailure.UnsupportedTokenizer, $"tokenizer.json {problem}", inner);

    private ModelLoadException Expected(string what) => Unsupported($"{path} must be {what}", inner: null);

    private string Join(string name) => path.Length == 0 || name.Length == 0 ? path + name : $"{path}.{name}";
}
