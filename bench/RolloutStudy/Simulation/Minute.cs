namespace Rerank.RolloutStudy.Simulation;

/// <summary>What other methods look at: the last minute of the candidate, and of as many requests of stable, such as a baseline of its own gets.</summary>
internal sealed class Minute
{
    public MinuteCounters Candidate { get; } = new();

    public MinuteCounters Baseline { get; } = new();

    public long Pairs { get; set; }

    /// <summary>Of ten of each pair, those that both have.</summary>
    public long Places { get; set; }

    public void Clear()
    {
        Candidate.Clear();
        Baseline.Clear();
        (Pairs, Places) = (0, 0);
    }
}

/// <summary>What a dashboard has of one arm.</summary>
internal sealed class MinuteCounters
{
    private readonly List<double> _seconds = [];

    public long Requests { get; private set; }

    public long Errors { get; private set; }

    public long Clicked { get; private set; }

    /// <summary>Of answers, in any order.</summary>
    public IReadOnlyList<double> Seconds => _seconds;

    /// <param name="seconds">Null when there was no answer.</param>
    public void Add(double? seconds, bool isClicked)
    {
        Requests++;
        Clicked += isClicked ? 1 : 0;
        if (seconds is { } took)
            _seconds.Add(took);
        else
            Errors++;
    }

    public void Clear()
    {
        (Requests, Errors, Clicked) = (0, 0, 0);
        _seconds.Clear();
    }
}
