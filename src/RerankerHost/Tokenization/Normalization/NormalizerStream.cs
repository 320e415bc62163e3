using Rerank.RerankerHost.Tokenization.Subwords;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>
/// A chain of normalizers at work on one text that comes in blocks. Each of them is given what it may change without a look at what comes after, and the rest together with the next block.
/// </summary>
internal sealed class NormalizerStream(NormalizerChain chain) : IDisposable
{
    private readonly Stage[] _stages = [.. chain.Steps.Select(step => new Stage(step))];
    private readonly PooledList<char> _valid = new();

    /// <summary>Whether the result begins where the text does. Known as soon as there is some of it.</summary>
    public bool KeepsStart { get; private set; } = true;

    /// <summary>Appends what becomes of the next block, as far as it is certain.</summary>
    /// <param name="block">Ends between two characters.</param>
    /// <exception cref="PieceTooLongException">A normalizer would have to keep too much of the text.</exception>
    public void Apply(ReadOnlySpan<char> block, bool isLast, PooledList<char> output)
    {
        if (block.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            _valid.Truncate(0);
            CodePoints.AppendValid(_valid, block);
            block = _valid.Span;
        }

        Apply(0, block, isLast, output);
    }

    public void Dispose()
    {
        foreach (var stage in _stages)
            stage.Dispose();
        _valid.Dispose();
    }

    private void Apply(int place, ReadOnlySpan<char> text, bool isLast, PooledList<char> output)
    {
        if (place == _stages.Length)
        {
            output.AddRange(text);
            return;
        }

        var stage = _stages[place];
        stage.Held.AddRange(text);
        var end = isLast ? stage.Held.Count : stage.Step.LastCut(stage.Held.Span, !stage.HasBegun);
        stage.Changed.Truncate(0);
        if (end > 0)
        {
            var keepsStart = stage.Step.Apply(stage.Held.Span[..end], stage.Changed, new TextPlace(!stage.HasBegun, isLast));
            KeepsStart &= stage.HasBegun || keepsStart;
            stage.HasBegun = true;
        }

        if (end > 0 || isLast)
            Apply(place + 1, stage.Changed.Span, isLast, output);
        stage.Held.RemoveFirst(end);
        stage.Step.Shorten(stage.Held);
        PieceTooLongException.CheckHeld(stage.Held.Count, text.Length);
    }

    private sealed class Stage(TextNormalizer step) : IDisposable
    {
        public TextNormalizer Step => step;

        /// <summary>What has come and isn't changed yet.</summary>
        public PooledList<char> Held { get; } = new();

        public PooledList<char> Changed { get; } = new();

        public bool HasBegun { get; set; }

        public void Dispose()
        {
            Held.Dispose();
            Changed.Dispose();
        }
    }
}
