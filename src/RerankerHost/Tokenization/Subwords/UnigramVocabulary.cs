using System.Globalization;
using System.Text;

namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>The pieces of a unigram model with their log probabilities.</summary>
internal sealed class UnigramVocabulary
{
    // What an unknown character costs beyond the least likely piece.
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly int[]? _bytes;

    /// <param name="pieces">In order of their ids. Of equal ones the last counts.</param>
    /// <param name="hidden">Pieces that no text is cut into.</param>
    public UnigramVocabulary(IReadOnlyList<(string Text, double Score)> pieces, int unknown, bool byteFallback, IReadOnlySet<string> hidden)
    {
        _scores = [.. pieces.Select(piece => piece.Score)];
        Unknown = unknown;
        UnknownScore = _scores.Min() - UnknownPenalty;

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
            ids[pieces[id].Text] = id;
        if (byteFallback)
            _bytes = [.. Enumerable.Range(0, 256).Select(value => ids.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1))];
        Trie = DoubleArrayTrie.Build(ids.Where(id => id.Key.Length > 0 && !hidden.Contains(id.Key)).Select(id => (Encoding.UTF8.GetBytes(id.Key), id.Value)));
    }

    public DoubleArrayTrie Trie { get; }

    public int Unknown { get; }

    public double UnknownScore { get; }

    public double Score(int id) => _scores[id];

    /// <summary>Appends the tokens of bytes that aren't in the vocabulary as text.</summary>
    public void AddUnknown(ReadOnlySpan<byte> text, TokenBuffer output)
    {
        var start = output.Count;
        if (_bytes is not null)
        {
            foreach (var value in text)
            {
                if (_bytes[value] < 0)
                {
                    // Without a token for one of them they are unknown as a whole.
                    output.Truncate(start);
                    break;
                }

                output.Add(_bytes[value]);
            }
        }

        if (output.Count == start)
            output.Add(Unknown);
    }
}
