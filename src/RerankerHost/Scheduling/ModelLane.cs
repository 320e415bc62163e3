namespace Rerank.RerankerHost.Scheduling;

/// <summary>One model's work in a queue. What changes in it does so under the queue's lock.</summary>
/// <param name="cost">Of one worker, as measured when the model was warmed up.</param>
/// <param name="lengths">For which it was measured.</param>
internal sealed class ModelLane(IBatchRunner runner, BatchPolicy policy, RunCost cost, params int[] lengths)
{
    private const double Kept = 0.95;

    private readonly CostModel _cost = new(cost, lengths);
    private double _secondsPerToken = cost.PerToken + (cost.PerSquare * (lengths.Length > 0 ? lengths[0] : 0));
    private double _tokens;
    private double _squares;

    /// <param name="secondsPerToken">Whatever the length.</param>
    public ModelLane(IBatchRunner runner, BatchPolicy policy, double secondsPerToken)
        : this(runner, policy, new RunCost(secondsPerToken, 0))
    {
    }

    public IBatchRunner Runner => runner;

    public BatchPolicy Policy => policy;

    /// <summary>Requests with pairs to hand out.</summary>
    public List<ScoringJob> Jobs { get; } = [];

    /// <summary>Pairs that wait or run, so that the same pair isn't run twice at once.</summary>
    public InFlightPairs InFlight { get; } = new();

    /// <summary>What work costs one worker, as of late.</summary>
    public RunCost Cost => _cost.Cost;

    /// <summary>What a token costs one worker, as of late and at the lengths of late. Read by anybody.</summary>
    public double SecondsPerToken => Volatile.Read(ref _secondsPerToken);

    public void Observe(Work work, TimeSpan elapsed)
    {
        if (work.Tokens <= 0)
            return;
        _cost.Observe(work, elapsed);
        _tokens = (Kept * _tokens) + work.Tokens;
        _squares = (Kept * _squares) + work.Squares;
        Volatile.Write(ref _secondsPerToken, Cost.PerToken + (Cost.PerSquare * _squares / _tokens));
    }
}
