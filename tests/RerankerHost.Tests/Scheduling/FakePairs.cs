using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Tests.Scheduling;

/// <summary>Pairs that are their content: a number, and how many tokens it has.</summary>
internal sealed class FakePairs : IPairSet
{
    private readonly (int Length, int Content)[] _pairs;

    public FakePairs(params IEnumerable<(int Length, int Content)> pairs) => _pairs = [.. pairs.OrderByDescending(p => p.Length)];

    public int Count => _pairs.Length;

    /// <summary>Different pairs of these lengths.</summary>
    public static FakePairs OfLengths(int firstContent, params IEnumerable<int> lengths) => new(lengths.Select((length, i) => (length, firstContent + i)));

    public int Content(int pair) => _pairs[pair].Content;

    public int Length(int pair) => _pairs[pair].Length;

    // Collides on purpose.
    public int Hash(int pair) => _pairs[pair].Content % 7;

    public bool Same(int pair, IPairSet other, int otherPair) => _pairs[pair] == ((FakePairs)other)._pairs[otherPair];
}

/// <summary>A pair's logit is half its content. Fails on what it is told to fail on, and says what it ran.</summary>
internal sealed class FakeRunner : IBatchRunner
{
    public HashSet<int> Failing { get; } = [];

    /// <summary>By contents.</summary>
    public List<int[]> Runs { get; } = [];

    public static float LogitOf(int content) => content / 2f;

    public void Run(ReadOnlySpan<PairRef> pairs, int rows, int columns, Span<float> logits, CancellationToken abandoned)
    {
        var contents = new int[pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            contents[i] = ((FakePairs)pairs[i].Job.Pairs).Content(pairs[i].Pair);
            Assert.True(pairs[i].Job.Pairs.Length(pairs[i].Pair) <= columns);
            logits[i] = LogitOf(contents[i]);
        }

        Assert.True(rows >= pairs.Length);
        lock (Runs)
            Runs.Add(contents);
        abandoned.ThrowIfCancellationRequested();
        if (contents.FirstOrDefault(Failing.Contains, -1) is >= 0 and var failing)
            throw new InvalidOperationException($"no {failing}");
    }
}
