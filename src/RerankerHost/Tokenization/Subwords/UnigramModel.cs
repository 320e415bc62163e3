using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>The most likely way to cut a text into pieces (Kudo 2018), by Viterbi's algorithm over the bytes of UTF-8.</summary>
/// <remarks>Microsoft.ML.Tokenizers 2.0 has it only from SentencePiece's own files, with another normaliser.</remarks>
internal sealed class UnigramModel(UnigramVocabulary vocabulary) : ISubwordModel
{
    private const int StackBytes = 64;
    private const int CheckEvery = 4096;

    [SkipLocalsInit]
    public void Tokenize(ReadOnlySpan<char> piece, TokenBuffer output)
    {
        PieceTooLongException.Check(piece);
        var most = Encoding.UTF8.GetMaxByteCount(piece.Length);
        if (most <= StackBytes)
        {
            Span<byte> bytes = stackalloc byte[StackBytes];
            Tokenize(bytes[..Encoding.UTF8.GetBytes(piece, bytes)], stackalloc Step[most + 1], output);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        var text = rented.AsSpan(0, Encoding.UTF8.GetBytes(piece, rented));
        output.HoldScratch(rented.Length + (text.Length + 1L) * Unsafe.SizeOf<Step>());
        var steps = ArrayPool<Step>.Shared.Rent(text.Length + 1);
        Tokenize(text, steps, output);
        ArrayPool<Step>.Shared.Return(steps);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Tokenize(ReadOnlySpan<byte> text, Span<Step> steps, TokenBuffer output)
    {
        steps = steps[..(text.Length + 1)];
        FindBest(text, steps, output);

        // From the end to the start the best way is known; turned round, it is told in order.
        for (var end = text.Length; end > 0; end = steps[end].Start)
            steps[steps[end].Start].Next = end;
        for (var at = 0; at < text.Length;)
        {
            var end = steps[at].Next;
            var id = steps[end].Id;
            if (id != vocabulary.Unknown)
            {
                output.Add(id);
                at = end;
                continue;
            }

            while (end < text.Length && steps[steps[end].Next].Id == id)
                end = steps[end].Next;
            AddUnknown(text[at..end], output);
            at = end;
        }
    }

    private void FindBest(ReadOnlySpan<byte> text, Span<Step> steps, TokenBuffer output)
    {
        steps.Fill(Step.Unreached);
        steps[0].Score = 0;
        var seen = 0;
        for (var start = 0; start < text.Length;)
        {
            if (++seen % CheckEvery == 0)
                output.Check();
            var width = Width(text[start]);
            var score = steps[start].Score;
            var hasCharacter = false;
            var node = DoubleArrayTrie.Root;
            for (var at = start; at < text.Length; at++)
            {
                node = vocabulary.Trie.Next(node, text[at]);
                if (node == DoubleArrayTrie.None)
                    break;
                var id = vocabulary.Trie.Value(node);
                if (id == DoubleArrayTrie.None)
                    continue;
                steps[at + 1].Offer(vocabulary.Score(id) + score, start, id);
                hasCharacter |= at + 1 - start == width;
            }

            if (!hasCharacter)
                steps[start + width].Offer(vocabulary.UnknownScore + score, start, vocabulary.Unknown);
            start += width;
        }
    }

    private void AddUnknown(ReadOnlySpan<byte> text, TokenBuffer output)
    {
        var known = vocabulary.Trie.Find(text);
        if (known != DoubleArrayTrie.None)
            output.Add(known);
        else
            vocabulary.AddUnknown(text, output);
    }

    /// <summary>Bytes of the character that a byte begins.</summary>
    private static int Width(byte first) => first switch
    {
        < 0x80 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };

    /// <summary>The best way to a place in the text.</summary>
    private struct Step
    {
        public static readonly Step Unreached = new() { Start = -1 };

        public double Score;

        /// <summary>Where its last piece begins; -1: there is no way.</summary>
        public int Start;

        public int Id;

        /// <summary>Where the piece that begins here ends, on the best way through all of the text.</summary>
        public int Next;

        public void Offer(double score, int start, int id)
        {
            if (Start < 0 || score > Score)
                (Score, Start, Id) = (score, start, id);
        }
    }
}
