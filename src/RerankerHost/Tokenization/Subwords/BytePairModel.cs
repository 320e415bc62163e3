using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Rerank.RerankerHost.Tokenization.Subwords;

/// <summary>
/// Byte-pair encoding over the bytes of UTF-8 (Sennrich et al. 2016; Radford et al. 2019): neighbours are merged, the pair of the lowest
/// rank first.
/// </summary>
/// <remarks>
/// Not that of Microsoft.ML.Tokenizers: its expression takes letters and numbers from another version of Unicode than the
/// reference, and it makes lists and strings per text.
/// </remarks>
internal sealed class BytePairModel(BytePairVocabulary vocabulary) : ISubwordModel
{
    private const int StackBytes = 128;
    private const int CheckEvery = 4096;

    [SkipLocalsInit]
    public void Tokenize(ReadOnlySpan<char> piece, TokenBuffer output)
    {
        PieceTooLongException.Check(piece);
        var most = Encoding.UTF8.GetMaxByteCount(piece.Length);
        if (most <= StackBytes)
        {
            Span<byte> bytes = stackalloc byte[StackBytes];
            Tokenize(bytes[..Encoding.UTF8.GetBytes(piece, bytes)], output);
        }
        else
        {
            var bytes = ArrayPool<byte>.Shared.Rent(most);
            Tokenize(bytes.AsSpan(0, Encoding.UTF8.GetBytes(piece, bytes)), output);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    [SkipLocalsInit]
    private void Tokenize(ReadOnlySpan<byte> bytes, TokenBuffer output)
    {
        if (vocabulary.TryGetWhole(bytes, out var whole))
        {
            output.Add(whole);
            return;
        }

        if (bytes.Length <= StackBytes)
        {
            // A merge takes one entry from the queue and adds two at most, and there are fewer merges than bytes.
            Merge(bytes, stackalloc Symbol[bytes.Length], stackalloc Merge[2 * bytes.Length], output);
            return;
        }

        output.HoldScratch(bytes.Length * (sizeof(int) + (long)Unsafe.SizeOf<Symbol>() + 2 * Unsafe.SizeOf<Merge>()));
        var symbols = ArrayPool<Symbol>.Shared.Rent(bytes.Length);
        var merges = ArrayPool<Merge>.Shared.Rent(2 * bytes.Length);
        Merge(bytes, symbols, merges, output);
        ArrayPool<Symbol>.Shared.Return(symbols);
        ArrayPool<Merge>.Shared.Return(merges);
    }

    private void Merge(ReadOnlySpan<byte> bytes, Span<Symbol> symbols, Span<Merge> storage, TokenBuffer output)
    {
        symbols = symbols[..vocabulary.ToSymbols(bytes, symbols)];
        var merges = vocabulary.Merges;
        var queue = new MergeQueue(storage);
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            if (i % CheckEvery == 0)
                output.Check();
            PushPair(symbols, i, i + 1, ref queue);
        }

        for (var done = 0; queue.TryPop(out var merge); done++)
        {
            if (done % CheckEvery == 0)
                output.Check();

            // A merge whose neighbours have changed is still due when what they are now gives the same token.
            ref var left = ref symbols[merge.At];
            if (left.IsGone || left.Next == symbols.Length)
                continue;
            var rightAt = left.Next;
            ref var right = ref symbols[rightAt];
            if (!merges.TryGet(left.Id, right.Id, out _, out var merged) || merged != merge.Merged)
                continue;

            left = left with { Id = merged, Next = right.Next };
            right = right with { IsGone = true };
            if (left.Next < symbols.Length)
                symbols[left.Next] = symbols[left.Next] with { Previous = merge.At };
            if (left.Previous >= 0)
                PushPair(symbols, left.Previous, merge.At, ref queue);
            if (left.Next < symbols.Length)
                PushPair(symbols, merge.At, left.Next, ref queue);
        }

        foreach (var symbol in symbols)
        {
            if (!symbol.IsGone)
                output.Add(symbol.Id);
        }
    }

    private void PushPair(ReadOnlySpan<Symbol> symbols, int left, int right, ref MergeQueue queue)
    {
        if (vocabulary.Merges.TryGet(symbols[left].Id, symbols[right].Id, out var rank, out var merged))
            queue.Push(new Merge(rank, left, merged));
    }
}

/// <summary>A token in a word that is being merged, linked to its neighbours; -1 and the number of all at the ends.</summary>
internal readonly record struct Symbol(int Id, int Previous, int Next, bool IsGone = false);
