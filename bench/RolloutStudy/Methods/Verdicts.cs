using Rerank.Operator.Api;
using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <param name="Seconds">Since the start.</param>
/// <param name="CandidateRequests">Answered by it until then.</param>
/// <param name="Pairs">Requests compared until then.</param>
internal sealed record Rollback(int Seconds, long CandidateRequests, long Pairs);

/// <summary>Runs a rollout to its end, and says when each method would have rolled it back. All see the same requests.</summary>
internal static class Verdicts
{
    /// <param name="secondsBetweenLooks">Of our own judgement; divides a minute.</param>
    /// <param name="others">Methods to run along.</param>
    /// <returns>Ours first, then the others; null: not rolled back.</returns>
    public static Rollback?[] Of(Rollout rollout, int secondsBetweenLooks, params IReadOnlyList<IMinuteMethod> others)
    {
        var rollbacks = new Rollback?[1 + others.Count];
        var second = 0;
        foreach (var step in Schedule.Steps)
        {
            for (var end = second + step.Seconds; second < end;)
            {
                rollout.Run(step, secondsBetweenLooks);
                second += secondsBetweenLooks;
                var now = new Rollback(second, rollout.CandidateRequests, rollout.Pairs);
                if (rollbacks[0] is null && Judge.Look(rollout.ToEvidence(), step.TrafficPermille > 0).Verdict == Verdict.Fail)
                    rollbacks[0] = now;
                if (others.Count == 0 && rollbacks[0] is not null)
                    return rollbacks;
                if (second % 60 == 0)
                    LookAll(others, rollout.Minute, rollbacks, now);
            }
        }

        return rollbacks;
    }

    private static void LookAll(IReadOnlyList<IMinuteMethod> methods, Minute minute, Rollback?[] rollbacks, Rollback now)
    {
        for (var i = 0; i < methods.Count; i++)
        {
            if (methods[i].Look(minute))
                rollbacks[1 + i] ??= now;
        }

        minute.Clear();
    }
}
