using Rerank.RolloutStudy.Scenarios;
using Rerank.Router.Trials;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>Draws a scenario's requests, second by second.</summary>
internal sealed class Traffic
{
    /// <summary>The one request that is repeated.</summary>
    public const ulong Repeated = 42;

    private const double SinglesLowerBy = 2;

    private readonly Scenario _scenario;
    private readonly Dice _dice;
    private readonly Client[] _clients;
    private readonly double[] _upTo;
    private double _owed;

    /// <param name="revision">Of the candidate: decides, with a key, on the key's place.</param>
    public Traffic(Scenario scenario, string revision, Dice dice)
    {
        (_scenario, _dice) = (scenario, dice);
        var keys = scenario.Keys;
        _clients = [.. Enumerable.Range(0, keys.Count + keys.BadKeys).Select(i => NewClient(i, revision))];
        _upTo = new double[keys.Count];
        var sum = 0.0;
        for (var i = 0; i < keys.Count; i++)
            _upTo[i] = sum += Math.Pow(i + 1, -keys.Zipf);
        for (var i = 0; i < keys.Count; i++)
            _upTo[i] /= sum;
    }

    public Surroundings Now { get; private set; } = Surroundings.Usual;

    /// <summary>Begins a second.</summary>
    /// <returns>How many requests come in it.</returns>
    public int Begin(int second)
    {
        var now = Surroundings.Usual;
        foreach (var happens in _scenario.Environment)
        {
            if (second >= happens.FromSeconds && second < happens.ToSeconds)
                now = now.With(happens);
        }

        Now = now;
        _owed += _scenario.RequestsPerSecond;
        var count = (int)_owed;
        _owed -= count;
        return count;
    }

    public SimulatedRequest Next()
    {
        var shares = _scenario.Requests;
        var client = NextClient();
        var isSingle = Hits(shares.SingleDocumentShare);
        var isRepeated = Hits(shares.RepeatShare);
        return new()
        {
            Key = client?.Key,
            Place = client?.Place ?? (int)Math.BigMul(_dice.Next(), AssignmentRule.Buckets, out _),
            ErrorRate = client is { IsBad: true } ? _scenario.Keys.BadKeyErrors : null,
            Slower = Now.Slower * (client?.Slower ?? 1),
            ScoreShift = (float)(Now.ScoreShift + (client?.ScoreShift ?? 0) - (isSingle ? SinglesLowerBy : 0)),
            IsSingle = isSingle,
            IsCached = Hits(shares.CachedShare),
            IsShort = Hits(shares.ShortLimitShare),
            Content = isRepeated ? Repeated : _dice.Next(),
        };
    }

    /// <summary>Chance of an answer to get a click now.</summary>
    public double ClickRate(bool isCandidates) => _scenario.Requests.ClickRate * Now.ClickShareFactor * (isCandidates ? _scenario.Candidate.ClickShareFactor : 1);

    public bool Hits(double chance) => chance > 0 && _dice.Hits(chance);

    private Client? NextClient()
    {
        var keys = _scenario.Keys;
        if (Hits(keys.BadKeyShare))
            return _clients[keys.Count + (int)(_dice.Next() % (ulong)keys.BadKeys)];
        if (keys.Count == 0)
            return null;
        var at = Array.BinarySearch(_upTo, (_dice.Next() >> 11) * (1.0 / (1L << 53)));
        return _clients[Math.Min(at < 0 ? ~at : at, keys.Count - 1)];
    }

    private Client NewClient(int index, string revision) => new(
        (ulong)index * 0x9E3779B97F4A7C15 + 1,
        AssignmentRule.BucketOf($"client-{index}", revision),
        Math.Exp(_scenario.Keys.LatencySigma * Normal()),
        _scenario.Keys.ScoreSigma * Normal(),
        IsBad: index >= _scenario.Keys.Count);

    private double Normal()
    {
        double u = ((_dice.Next() >> 11) + 0.5) * (1.0 / (1L << 53)), v = (_dice.Next() >> 11) * (1.0 / (1L << 53));
        return Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v);
    }

    private sealed record Client(ulong Key, int Place, double Slower, double ScoreShift, bool IsBad);
}

/// <summary>What holds for everybody at a time.</summary>
internal readonly record struct Surroundings(double MoreErrors, double Slower, double ScoreShift, double ShadowFailures, double ClickShareFactor)
{
    public static Surroundings Usual { get; } = new(0, 1, 0, 0, 1);

    public Surroundings With(Event happens) => new(
        MoreErrors + happens.MoreErrors,
        Slower * happens.Slower,
        ScoreShift + happens.ScoreShift,
        Math.Min(1, ShadowFailures + happens.ShadowFailures),
        ClickShareFactor * happens.ClickShareFactor);
}

internal readonly record struct SimulatedRequest
{
    /// <summary>Null without one.</summary>
    public ulong? Key { get; init; }

    public int Place { get; init; }

    /// <summary>Of this client's requests, in whatever arm; null: the arm's.</summary>
    public double? ErrorRate { get; init; }

    public double Slower { get; init; }

    public float ScoreShift { get; init; }

    public bool IsSingle { get; init; }

    /// <summary>Whether stable's cache has it.</summary>
    public bool IsCached { get; init; }

    /// <summary>Whether its caller doesn't wait for any answer.</summary>
    public bool IsShort { get; init; }

    /// <summary>Stands for query and passages, and for how high their best score is.</summary>
    public ulong Content { get; init; }
}
