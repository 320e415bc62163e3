using Rerank.RerankerHost.Tokenization.Splitting;

namespace Rerank.RerankerHost.Tokenization.Reading;

/// <summary>Reads <c>pre_tokenizer</c> of models other than WordPiece.</summary>
internal static class SplitterReader
{
    /// <summary>Pre-tokenizers of a byte-level model: the last one turns text into bytes, which the model does itself.</summary>
    public static Splitter[] ReadByteLevel(JsonPart root)
    {
        var parts = Flatten(root["pre_tokenizer"]).ToList();
        if (parts.Count == 0 || parts[^1]["type"].Text != "ByteLevel")
            throw root.Unsupported("pre_tokenizer", "must end with ByteLevel, as byte-level BPE is the only one that is supported");
        return [.. parts.Select((part, i) => Read(part, isLast: i == parts.Count - 1))];
    }

    /// <summary>Pre-tokenizers of a model of text.</summary>
    public static Splitter[] ReadText(JsonPart root) =>
        root.Find("pre_tokenizer") is { } part ? [.. Flatten(part).Select(step => Read(step, isLast: false))] : [];

    private static IEnumerable<JsonPart> Flatten(JsonPart part)
    {
        part.ExpectType("Sequence", "ByteLevel", "Metaspace", "WhitespaceSplit", "Split");
        return part["type"].Text == "Sequence" ? part["pretokenizers"].Items().SelectMany(Flatten) : [part];
    }

    private static Splitter Read(JsonPart part, bool isLast) => part["type"].Text switch
    {
        "Metaspace" => ReadMetaspace(part),
        "WhitespaceSplit" => new WhitespaceSplitter(),
        "Split" => ReadSplit(part),
        _ when isLast => new ByteLevelSplitter(part.Find("add_prefix_space")?.Boolean ?? true, part.Find("use_regex")?.Boolean ?? true),
        _ => throw part.Unsupported("type", "ByteLevel is only supported as the last pre-tokenizer of a BPE model"),
    };

    private static MetaspaceSplitter ReadMetaspace(JsonPart part)
    {
        var replacement = part["replacement"].Text;
        if (replacement.Length != 1)
            throw part.Unsupported("replacement", $"{replacement} is not supported, only one character of Unicode's first plane");

        // Files of before 2024 have add_prefix_space instead of prepend_scheme.
        var addsSpace = part.Find("add_prefix_space")?.Boolean;
        var scheme = part.Find("prepend_scheme")?.Text switch
        {
            null => addsSpace == false ? PrependScheme.Never : PrependScheme.Always,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw part.Unsupported("prepend_scheme", $"{other} is not supported, only always, first, never"),
        };
        if (addsSpace == false && scheme != PrependScheme.Never)
            throw part.Unsupported("add_prefix_space", "contradicts prepend_scheme");
        return new MetaspaceSplitter(replacement[0], scheme, part.Find("split")?.Boolean ?? true);
    }

    private static ByteLevelSplitter ReadSplit(JsonPart part)
    {
        var pattern = part["pattern"];
        if (pattern.Find("Regex")?.Text != ByteLevelSplitter.Expression)
            throw part.Unsupported("pattern", $"only the regular expression of GPT-2 is supported: {ByteLevelSplitter.Expression}");
        if (part["behavior"].Text != "Isolated" || part.Flag("invert"))
            throw part.Unsupported("behavior", "only Isolated is supported, without invert");
        return new ByteLevelSplitter(addsPrefixSpace: false, cuts: true);
    }
}
