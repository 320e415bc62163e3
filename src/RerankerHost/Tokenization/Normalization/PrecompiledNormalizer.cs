using System.Text;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>
/// Replaces characters by a map that comes with the model. A grapheme cluster of less than six bytes that begins with a mapped
/// text is replaced as a whole, marks included; of longer ones every character by itself.
/// </summary>
internal sealed class PrecompiledNormalizer(Charsmap map) : TextNormalizer
{
    private const int WholeClusterBytes = 5;

    // Whether an ASCII character is mapped: text of others is copied without a look into the trie.
    private readonly bool[] _isMapped = [.. Enumerable.Range(0, 128).Select(c => map.TryFind([(byte)c], out _))];

    public override int LastCut(ReadOnlySpan<char> text, bool isFirst) => GraphemeClusters.LastCut(text);

    public override bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place)
    {
        var copied = 0;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] is < '\u0080' and not '\r' && !_isMapped[text[at]] && (at + 1 == text.Length || text[at + 1] < 128))
            {
                at++;
                continue;
            }

            output.AddRange(text[copied..at]);
            var length = GraphemeClusters.FirstLength(text[at..]);
            AppendCluster(text.Slice(at, length), output);
            at += length;
            copied = at;
        }

        output.AddRange(text[copied..]);
        return true;
    }

    private void AppendCluster(ReadOnlySpan<char> cluster, PooledList<char> output)
    {
        // A UTF-16 unit takes a byte at least, so that longer clusters needn't be counted.
        Span<byte> bytes = stackalloc byte[3 * WholeClusterBytes];
        if (cluster.Length <= WholeClusterBytes)
        {
            var length = Encoding.UTF8.GetBytes(cluster, bytes);
            if (length <= WholeClusterBytes && map.TryFind(bytes[..length], out var replacement))
            {
                output.AddRange(replacement);
                return;
            }
        }

        for (var at = 0; at < cluster.Length;)
        {
            CodePoints.At(cluster, at, out var taken);
            var character = cluster.Slice(at, taken);
            var length = Encoding.UTF8.GetBytes(character, bytes);
            output.AddRange(map.TryFind(bytes[..length], out var replacement) ? replacement : character);
            at += taken;
        }
    }
}
