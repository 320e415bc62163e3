using System.Numerics;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>Which pairs run together, and in which shape.</summary>
/// <param name="TokenBudget">Tokens that a batch holds at most, padding included, unless a single pair has more.</param>
internal abstract record BatchPolicy(int TokenBudget)
{
    /// <summary>Lengths, both ends included, of the pairs that may run with one of <paramref name="length"/> tokens.</summary>
    public abstract (int Shortest, int Longest) Mates(int length);

    /// <summary>How many pairs may run together, at least one.</summary>
    /// <param name="length">Tokens of the longest of them.</param>
    /// <param name="share">Tokens that are there for each worker: taking more would leave others idle.</param>
    /// <param name="inTime">Pairs of that length that are done in the time which a batch may take.</param>
    public abstract int MostPairs(int length, long share, int inTime = int.MaxValue);

    /// <summary>Rows that a batch of so many pairs is given.</summary>
    public abstract int Rows(int pairs);

    /// <summary>Tokens that a row of a batch is given whose longest pair has <paramref name="length"/>.</summary>
    public abstract int Columns(int length);
}

/// <summary>
/// For CPUs. Only pairs of exactly one length share a batch: padding costs as much as text there, and sums over padding are
/// blocked differently, so that a score would depend on the pairs that happened to run with it.
/// </summary>
internal sealed record ExactLengths(int TokenBudget) : BatchPolicy(TokenBudget)
{
    /// <summary>One pair a batch, for models whose scores depend on what runs with them.</summary>
    public static readonly ExactLengths Alone = new(1);

    public override (int Shortest, int Longest) Mates(int length) => (length, length);

    public override int MostPairs(int length, long share, int inTime = int.MaxValue) => (int)Math.Max(1, Math.Min(Math.Min(TokenBudget, share) / length, inTime));

    public override int Rows(int pairs) => pairs;

    public override int Columns(int length) => length;
}

/// <summary>
/// For GPUs, where a launch costs more than some padding and every new shape costs an allocation or a captured graph. Lengths
/// are rounded up to one of few widths, and pairs to a power of two, so that the same shapes come again and again.
/// </summary>
/// <param name="MaxInputTokens">No row is wider.</param>
internal sealed record PaddedShapes(int TokenBudget, int MaxInputTokens) : BatchPolicy(TokenBudget)
{
    public override (int Shortest, int Longest) Mates(int length)
    {
        var step = Step(length);
        return (((length - 1) / step * step) + 1, Columns(length));
    }

    public override int MostPairs(int length, long share, int inTime = int.MaxValue) => 1 << BitOperations.Log2((uint)Math.Max(1, Math.Min(TokenBudget / Columns(length), inTime)));

    public override int Rows(int pairs) => (int)BitOperations.RoundUpToPowerOf2((uint)pairs);

    public override int Columns(int length)
    {
        var step = Step(length);
        return Math.Min((length + step - 1) / step * step, MaxInputTokens);
    }

    // An eighth of the length at most, beyond the shortest.
    private static int Step(int length) => length switch
    {
        <= 128 => 16,
        <= 512 => 64,
        _ => 128,
    };
}
