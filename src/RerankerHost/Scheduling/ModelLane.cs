namespace Rerank.RerankerHost.Scheduling;

/// <summary>One model's work in a queue. What changes in it does so under the queue's lock.</summary>
/// <param name="secondsPerToken">Of one worker, as measured when the model was warmed up.</param>
internal sealed class ModelLane(IBatchRunner runner, BatchPolicy policy, double secondsPerToken)
{
    // Some twenty batches' worth of memory.
    private const double Kept = 0.95;

    // A run that stalls says nothing of the next ones' cost.
    private const double MostSlower = 5;

    private double _secondsPerToken = secondsPerToken;
    private double _seconds;
    private double _tokens;

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
        if (elapsed <= TimeSpan.Zero || tokens <= 0)
            return;

        // The share of all time and tokens of late, and not the mean of shares: a batch of few tokens costs far more for each, and says little of a full one.
        if (_tokens == 0)
            (_tokens, _seconds) = (tokens / (1 - Kept), tokens / (1 - Kept) * _secondsPerToken);
        _tokens = Kept * _tokens + tokens;
        _seconds = Kept * _seconds + Math.Min(elapsed.TotalSeconds, MostSlower * _secondsPerToken * tokens + 0.1);
        Volatile.Write(ref _secondsPerToken, _seconds / _tokens);
    }
}
