using System.Globalization;
using Rerank.RerankerHost.Tokenization.Normalization;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Reading;

/// <summary>Reads <c>normalizer</c> of models other than WordPiece.</summary>
internal static class NormalizerReader
{
    private static readonly string[] Types =
        ["Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "StripAccents", "Replace", "Prepend", "Precompiled"];

    public static NormalizerChain Read(JsonPart? normalizer) => new(normalizer is { } part ? [.. ReadSteps(part)] : []);

    private static IEnumerable<TextNormalizer> ReadSteps(JsonPart normalizer)
    {
        normalizer.ExpectType(Types);
        return normalizer["type"].Text == "Sequence" ? normalizer["normalizers"].Items().SelectMany(ReadSteps) : [ReadStep(normalizer)];
    }

    private static TextNormalizer ReadStep(JsonPart normalizer) => normalizer["type"].Text switch
    {
        "NFC" => new UnicodeFormNormalizer(compatibility: false, compose: true),
        "NFD" => new UnicodeFormNormalizer(compatibility: false, compose: false),
        "NFKC" => new UnicodeFormNormalizer(compatibility: true, compose: true),
        "NFKD" => new UnicodeFormNormalizer(compatibility: true, compose: false),
        "Lowercase" => new LowercaseNormalizer(),
        "Strip" => new StripNormalizer(normalizer["strip_left"].Boolean, normalizer["strip_right"].Boolean),
        "StripAccents" => new RemoveNormalizer(UnicodeTables.CombiningMarks),
        "Replace" => ReadReplace(normalizer),
        "Prepend" => new PrependNormalizer(normalizer["prepend"].Text),
        _ => ReadPrecompiled(normalizer),
    };

    private static TextNormalizer ReadReplace(JsonPart normalizer)
    {
        var content = normalizer["content"].Text;
        var pattern = normalizer["pattern"];
        if (pattern.Find("String") is { } text)
            return text.Text.Length > 0 ? new ReplaceNormalizer(text.Text, content) : throw pattern.Unsupported("String", "is empty");

        var expression = pattern["Regex"].Text;
        return TryReadRun(expression, out var repeated, out var shortest)
            ? new RunReplaceNormalizer(repeated, shortest, content)
            : throw pattern.Unsupported("Regex", $"{expression} is not supported, only a character that is repeated at least n times, like \" {{2,}}\"");
    }

    /// <summary>Reads <c>x{n,}</c>.</summary>
    private static bool TryReadRun(string expression, out char repeated, out int shortest)
    {
        repeated = expression.Length > 0 ? expression[0] : '\0';
        shortest = 0;
        return expression.Length is > 4 and < 8
            && !@"\^$.|?*+()[]{}".Contains(repeated, StringComparison.Ordinal)
            && !char.IsSurrogate(repeated)
            && expression[1] == '{'
            && expression.EndsWith(",}", StringComparison.Ordinal)
            && int.TryParse(expression.AsSpan(2, expression.Length - 4), NumberStyles.None, null, out shortest)
            && shortest > 0;
    }

    private static PrecompiledNormalizer ReadPrecompiled(JsonPart normalizer)
    {
        try
        {
            return new PrecompiledNormalizer(new Charsmap(Convert.FromBase64String(normalizer["precompiled_charsmap"].Text)));
        }
        catch (FormatException e)
        {
            throw normalizer.Unsupported("precompiled_charsmap", e.Message);
        }
    }
}
