using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>
/// BERT's normalizer as text. Only for tokenizers that look for added tokens in it; others do the same by <see cref="CharacterMap"/>, together
/// with splitting.
/// </summary>
internal sealed class BertNormalizer : TextNormalizer
{
    private readonly CodePointMap<bool> _removed = new();
    private readonly CodePointMap<bool> _spaces = new();
    private readonly CodePointMap<bool> _chinese = new();

    private BertNormalizer(BertNormalization settings)
    {
        if (settings.CleanText)
        {
            _removed.WithRanges(CharacterTables.Removed, true);
            _spaces.WithRanges(CharacterTables.CleanedToSpace, true);
        }

        if (settings.HandleChineseCharacters)
            _chinese.WithRanges(CharacterTables.Chinese, true);
    }

    public static NormalizerChain Chain(BertNormalization settings)
    {
        var steps = new List<TextNormalizer> { new BertNormalizer(settings) };
        if (settings.StripAccents)
            steps.AddRange([new UnicodeFormNormalizer(compatibility: false, compose: false), new RemoveNormalizer(CharacterTables.Marks)]);
        if (settings.Lowercase)
            steps.Add(new LowercaseNormalizer());
        return new NormalizerChain([.. steps]);
    }

    // Every character by itself.
    public override int LastCut(ReadOnlySpan<char> text, bool isFirst) => text.Length;

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var keepsStart = true;
        for (var at = 0; at < text.Length;)
        {
            var character = CodePoints.At(text, at, out var length);
            if (_removed[character])
            {
                keepsStart &= at > 0;
            }
            else if (_spaces[character])
            {
                output.Add(' ');
            }
            else if (_chinese[character])
            {
                output.Add(' ');
                output.AddRange(text.Slice(at, length));
                output.Add(' ');
            }
            else
            {
                output.AddRange(text.Slice(at, length));
            }

            at += length;
        }

        return keepsStart;
    }
}
