using Rerank.Contracts.Scoring;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>
/// In which order requests get workers: a point in time by which each should be served, the earliest first. It is fixed when a
/// request arrives, so nothing starves: whoever arrives late enough comes later, whatever its size and priority.
/// </summary>
internal static class Urgency
{
    /// <summary>A request may take this many times as long as it would alone: small ones pass large ones.</summary>
    private const double Stretch = 8;

    /// <summary>Each step of priority is worth so much time of arrival.</summary>
    private static readonly TimeSpan PriorityStep = TimeSpan.FromMilliseconds(20);

    /// <param name="arrival">Since any fixed moment.</param>
    /// <param name="alone">How long it takes when nothing else runs.</param>
    /// <param name="timeLeft">Until nobody waits for the answer any more.</param>
    /// <param name="priority">Lower is earlier.</param>
    public static TimeSpan Of(TimeSpan arrival, TimeSpan alone, TimeSpan timeLeft, int priority)
    {
        var latestStart = timeLeft > alone ? timeLeft - alone : TimeSpan.Zero;
        var fair = alone * Stretch;
        return arrival + (fair < latestStart ? fair : latestStart) + (PriorityStep * Math.Clamp(priority, -ScoreApi.MostPriority, ScoreApi.MostPriority));
    }
}
