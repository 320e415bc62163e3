using System.Runtime.CompilerServices;

namespace Rerank.RerankerHost.Tokenization.Unicode;

/// <summary>A value for every code point in pages, of which only those are kept that hold something.</summary>
internal sealed class CodePointMap<T>
    where T : struct
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;
    private const int Characters = 0x110000;

    private static readonly T[] EmptyPage = new T[PageSize];

    private readonly T[][] _pages = new T[Characters >> PageBits][];

    public CodePointMap() => Array.Fill(_pages, EmptyPage);

    public T this[int character]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pages[character >> PageBits][character & (PageSize - 1)];
        set
        {
            ref var page = ref _pages[character >> PageBits];
            if (ReferenceEquals(page, EmptyPage))
                page = new T[PageSize];
            page[character & (PageSize - 1)] = value;
        }
    }

    /// <summary>Sets one value for ranges, each given by its first and last character.</summary>
    public CodePointMap<T> WithRanges(ReadOnlySpan<int> ranges, T value)
    {
        for (var i = 0; i < ranges.Length; i += 2)
        {
            for (var character = ranges[i]; character <= ranges[i + 1]; character++)
                this[character] = value;
        }

        return this;
    }
}
