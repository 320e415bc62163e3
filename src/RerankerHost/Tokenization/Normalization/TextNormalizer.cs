namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>One step that changes a text before it is split.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Appends the changed text.</summary>
    /// <param name="text">Valid UTF-16.</param>
    /// <returns>
    /// Whether the result still begins where the text does. Once something is dropped from the front, the reference no longer
    /// takes it for the text's beginning.
    /// </returns>
    public abstract bool Apply(ReadOnlySpan<char> text, PooledList<char> output);
}
