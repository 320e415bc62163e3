using Rerank.Operator.Revisions;
using Rerank.Operator.Status;

namespace Rerank.Operator.Rollouts;

/// <summary>
/// How long a candidate has been unhealthy. Deadlines count that time, and not the time since something began: a candidate that has waited for days must not be
/// rejected for one bad look.
/// </summary>
internal static class Health
{
    /// <summary>Well for so long, it is well; for less, it flaps, and that ends at a deadline too.</summary>
    public static readonly TimeSpan Recovered = TimeSpan.FromSeconds(60);

    /// <summary>No answer for so long is bad news; for less, it is none.</summary>
    public static readonly TimeSpan Unanswered = TimeSpan.FromSeconds(30);

    /// <summary>Takes one look in.</summary>
    public static RolloutState Observe(RolloutState state, Problem? problem, DateTimeOffset now)
    {
        if (problem is null)
            return Healthy(state with { UnknownSince = null, PlacedSince = state.PlacedSince ?? now }, now);
        if (problem.Reason != Reasons.AdminUnreachable)
            return Unhealthy(state with { UnknownSince = null }, now);
        var since = Past(state.UnknownSince, now) ?? now;
        state = state with { UnknownSince = since };
        return now - since < Unanswered ? state : Unhealthy(state, since);
    }

    /// <summary>Whether it is unhealthy now, as far as is known, and has been for too long.</summary>
    /// <param name="state">With this look in it.</param>
    /// <param name="start">From when its time counts.</param>
    public static bool IsOver(RolloutState state, Problem? problem, DateTimeOffset? start, int deadlineSeconds, DateTimeOffset now)
    {
        var isUnknown = state.UnknownSince is { } since && now - since < Unanswered;
        return problem is not null && !isUnknown && RolloutPlan.IsOver(start, deadlineSeconds, now);
    }

    // Until it was placed for the first time, all of its time counts.
    private static RolloutState Unhealthy(RolloutState state, DateTimeOffset since) => state is { PlacedSince: null, Step: null }
        ? state
        : state with { UnhealthySince = Past(state.UnhealthySince, since) ?? since, HealthySince = null };

    private static RolloutState Healthy(RolloutState state, DateTimeOffset now)
    {
        if (state.UnhealthySince is null)
            return state;
        var since = Past(state.HealthySince, now) ?? now;
        return now - since < Recovered ? state with { HealthySince = since } : state with { UnhealthySince = null, HealthySince = null };
    }

    // A clock that was set back: it began now at the latest.
    private static DateTimeOffset? Past(DateTimeOffset? time, DateTimeOffset now) => time > now ? now : time;
}
