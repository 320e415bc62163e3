namespace Rerank.Operator.Pipelines.Watch;

/// <summary>How soon a router is polled again. One that answers at once, with an error or because it doesn't know long polls, must not be asked without end.</summary>
internal sealed class PollPace(TimeProvider time)
{
    /// <summary>Answers of several routers within this time are judged together.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _afterFailure = Shortest;
    private long _began = time.GetTimestamp();

    public void Begin() => _began = time.GetTimestamp();

    /// <summary>Until the next poll, after one that has ended.</summary>
    public TimeSpan Pause(bool answered)
    {
        if (answered)
        {
            _afterFailure = Shortest;
            var left = Shortest - time.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        var pause = _afterFailure;
        _afterFailure = pause * 2 < Longest ? pause * 2 : Longest;
        return pause;
    }
}
