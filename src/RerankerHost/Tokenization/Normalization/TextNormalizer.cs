namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>One step that changes a text before it is split.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Appends the changed text.</summary>
    /// <param name="text">Valid UTF-16; a text, or a block of one.</param>
    /// <returns>
    /// Whether the result still begins where the text does. Once something is dropped from the front, the reference no longer
    /// takes it for the text's beginning.
    /// </returns>
    public abstract bool Apply(ReadOnlySpan<char> text, PooledList<char> output, TextPlace place);

    /// <summary>The last place at which a text may be cut, whatever comes after it: what becomes of both parts by themselves is what becomes of them together.</summary>
    /// <param name="isFirst">Whether it is the beginning of the whole text.</param>
    public abstract int LastCut(ReadOnlySpan<char> text, bool isFirst);

    /// <summary>Whether what it leaves alone keeps its place, and what takes the place of something stands where the last character of that stood.</summary>
    public virtual bool StandsAtEnd => false;

    /// <summary>Shortens a text that has no cut, where what becomes of it and of what follows stays the same.</summary>
    public virtual void Shorten(PooledList<char> held)
    {
    }
}

/// <summary>Where in the whole text a block stands.</summary>
internal readonly record struct TextPlace(bool IsFirst, bool IsLast)
{
    /// <summary>All of a text.</summary>
    public static readonly TextPlace Whole = new(IsFirst: true, IsLast: true);
}
