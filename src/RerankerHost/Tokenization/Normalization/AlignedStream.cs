using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Subwords;
using Rerank.RerankerHost.Tokenization.Unicode;

namespace Rerank.RerankerHost.Tokenization.Normalization;

/// <summary>
/// As <see cref="NormalizerStream"/>, and says of each character of the result where it comes from. For that every normalizer is given the shortest parts of the text that it treats by
/// themselves, which takes several times as long.
/// </summary>
internal sealed class AlignedStream(NormalizerChain chain) : IDisposable
{
    private readonly Stage[] _stages = [.. chain.Steps.Select(step => new Stage(step))];
    private readonly PooledList<char> _valid = new();
    private readonly PooledList<TokenPlace> _places = new();

    /// <inheritdoc cref="NormalizerStream.KeepsStart"/>
    public bool KeepsStart { get; private set; } = true;

    /// <summary>Appends what becomes of the next block, as far as it is certain.</summary>
    /// <param name="block">Ends between two characters.</param>
    /// <param name="places">Where the block comes from.</param>
    /// <param name="at">Of the block in the text that is worked on.</param>
    /// <exception cref="PieceTooLongException">A normalizer would have to keep too much of the text.</exception>
    public void Apply(ReadOnlySpan<char> block, TokenPlaces places, int at, bool isLast, PooledList<char> output, PooledList<TokenPlace> origins)
    {
        // Half a surrogate pair becomes one character as well.
        _valid.Truncate(0);
        CodePoints.AppendValid(_valid, block);
        _places.Truncate(0);
        for (var i = 0; i < block.Length; i++)
            _places.Add(places.OriginOf(at + i));
        Apply(0, _valid.Span, _places.Span, isLast, output, origins);
    }

    public void Dispose()
    {
        foreach (var stage in _stages)
            stage.Dispose();
        _valid.Dispose();
        _places.Dispose();
    }

    private void Apply(int number, ReadOnlySpan<char> text, ReadOnlySpan<TokenPlace> places, bool isLast, PooledList<char> output, PooledList<TokenPlace> origins)
    {
        if (number == _stages.Length)
        {
            output.AddRange(text);
            origins.AddRange(places);
            return;
        }

        var stage = _stages[number];
        stage.Held.AddRange(text);
        stage.HeldPlaces.AddRange(places);
        stage.Changed.Truncate(0);
        stage.ChangedPlaces.Truncate(0);
        var done = 0;
        while (done < stage.Held.Count && FirstCut(stage, stage.Held.Span[done..], isLast) is > 0 and var length)
        {
            Change(stage, done, length, isLast && done + length == stage.Held.Count);
            done += length;
        }

        if (done > 0 || isLast)
            Apply(number + 1, stage.Changed.Span, stage.ChangedPlaces.Span, isLast, output, origins);
        stage.Held.RemoveFirst(done);
        stage.HeldPlaces.RemoveFirst(done);
        stage.Step.Shorten(stage.Held);
        stage.HeldPlaces.Truncate(stage.Held.Count);
        PieceTooLongException.CheckHeld(stage.Held.Count, text.Length);
    }

    /// <summary>How much of the beginning is treated by itself; 0: not to be seen yet.</summary>
    private static int FirstCut(Stage stage, ReadOnlySpan<char> text, bool isLast)
    {
        for (var end = 0; end < text.Length;)
        {
            // Longer by half each time, so that no text takes long.
            end = Math.Min(text.Length, end + Math.Max(1, end / 2));
            if (char.IsHighSurrogate(text[end - 1]) && end < text.Length)
                end++;
            if (isLast && end == text.Length)
                return end;
            if (stage.Step.LastCut(text[..end], !stage.HasBegun) is > 0 and var cut)
                return cut;
        }

        return 0;
    }

    private void Change(Stage stage, int start, int length, bool isLast)
    {
        var before = stage.Changed.Count;
        var text = stage.Held.Span.Slice(start, length);
        var keepsStart = stage.Step.Apply(text, stage.Changed, new TextPlace(!stage.HasBegun, isLast));
        KeepsStart &= stage.HasBegun || keepsStart;
        stage.HasBegun = true;

        var places = stage.HeldPlaces.Span.Slice(start, length);
        var changed = stage.Changed.Span[before..];
        if (changed.SequenceEqual(text))
            stage.ChangedPlaces.AddRange(places);
        else if (stage.Step.StandsAtEnd)
            AlignAtEnd(text, places, changed, stage.ChangedPlaces);
        else
            Align(text, places, changed, stage.ChangedPlaces);
    }

    /// <summary>Characters stand for those at the same place, and what is more for the last: as the reference has it.</summary>
    private static void Align(ReadOnlySpan<char> text, ReadOnlySpan<TokenPlace> places, ReadOnlySpan<char> changed, PooledList<TokenPlace> output)
    {
        var from = new TokenPlace(places[0].Start, places[0].End);
        for (var (at, to) = (0, 0); to < changed.Length;)
        {
            if (at < text.Length)
            {
                CodePoints.At(text, at, out var taken);
                from = new TokenPlace(places[at].Start, places[at + taken - 1].End);
                at += taken;
            }

            CodePoints.At(changed, to, out var length);
            AddAll(output, from, length);
            to += length;
        }
    }

    /// <summary>What is replaced is between what stays as it is.</summary>
    private static void AlignAtEnd(ReadOnlySpan<char> text, ReadOnlySpan<TokenPlace> places, ReadOnlySpan<char> changed, PooledList<TokenPlace> output)
    {
        var after = 0;
        while (after < Math.Min(text.Length, changed.Length) && text[^(after + 1)] == changed[^(after + 1)])
            after++;
        var before = text[..^after].CommonPrefixLength(changed[..^after]);
        output.AddRange(places[..before]);
        AddAll(output, places[Math.Max(0, text.Length - after - 1)], changed.Length - before - after);
        output.AddRange(places[^after..]);
    }

    private static void AddAll(PooledList<TokenPlace> output, TokenPlace place, int count)
    {
        for (var i = 0; i < count; i++)
            output.Add(place);
    }

    private sealed class Stage(TextNormalizer step) : IDisposable
    {
        public TextNormalizer Step => step;

        /// <summary>What has come and isn't changed yet.</summary>
        public PooledList<char> Held { get; } = new();

        public PooledList<TokenPlace> HeldPlaces { get; } = new();

        public PooledList<char> Changed { get; } = new();

        public PooledList<TokenPlace> ChangedPlaces { get; } = new();

        public bool HasBegun { get; set; }

        public void Dispose()
        {
            Held.Dispose();
            HeldPlaces.Dispose();
            Changed.Dispose();
            ChangedPlaces.Dispose();
        }
    }
}
