namespace Rerank.RerankerHost.Scheduling;

/// <summary>One model's work in a queue. What changes in it does so under the queue's lock.</summary>
/// <param name="secondsPerToken">Of one worker, as measured when the model was warmed up.</param>
internal sealed class ModelLane(IBatchRunner runner, BatchPolicy policy, double secondsPerToken)
{
    // Some twenty batches' worth of memory.
    private const double Weight = 0.05;

    private double _secondsPerToken = secondsPerToken;

    public IBatchRunner Runner => runner;

    public BatchPolicy Policy => policy;

    /// <summary>Requests with pairs to hand out.</summary>
    public List<ScoringJob> Jobs { get; } = [];

    /// <summary>Pairs that wait or run, so that the same pair isn't run twice at once.</summary>
    public InFlightPairs InFlight { get; } = new();

    /// <summary>What a token costs one worker, as of late.</summary>
    public double SecondsPerToken => Volatile.Read(ref _secondsPerToken);

    public void Observe(long tokens, TimeSpan elapsed)
    {
        if (elapsed > TimeSpan.Zero)
            Volatile.Write(ref _secondsPerToken, _secondsPerToken + (Weight * ((elapsed.TotalSeconds / tokens) - _secondsPerToken)));
    }
}
