using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;

namespace Rerank.Dialects;

/// <summary>
/// Texts as UTF-8. Those of a request are parts of its body, where they have no escapes: whoever only hashes, counts or forwards them needs no strings, which would be twice as large.
/// So they may be read only as long as the body's memory lasts.
/// </summary>
[CollectionBuilder(typeof(Utf8Texts), nameof(Create))]
public sealed class Utf8Texts : IReadOnlyList<string>
{
    private readonly ReadOnlyMemory<byte>[] _texts;

    internal Utf8Texts(ReadOnlyMemory<byte>[] texts, int count)
    {
        _texts = texts;
        Count = count;
    }

    public int Count { get; }

    /// <summary>Makes a string each time.</summary>
    public string this[int index] => Encoding.UTF8.GetString(Utf8(index));

    public static Utf8Texts Create(ReadOnlySpan<string> texts)
    {
        var all = new ReadOnlyMemory<byte>[texts.Length];
        for (var i = 0; i < all.Length; i++)
            all[i] = Encoding.UTF8.GetBytes(texts[i]);
        return new Utf8Texts(all, all.Length);
    }

    /// <summary>Valid UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8(int index) => _texts.AsSpan(0, Count)[index].Span;

    /// <summary>Those at some places.</summary>
    public Utf8Texts At(IReadOnlyList<int> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        var chosen = new ReadOnlyMemory<byte>[places.Count];
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = _texts.AsSpan(0, Count)[places[i]];
        return new Utf8Texts(chosen, chosen.Length);
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
