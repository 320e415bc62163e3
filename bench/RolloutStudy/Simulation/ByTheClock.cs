using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Simulation;

/// <summary>The same traffic as methods see it that look once a minute: steps go by the clock, and what is counted is what dashboards show, callers' mistakes and cached answers included.</summary>
internal static class ByTheClock
{
    private const double CachedSeconds = 0.001;
    private const int RepeatedOverlap = 6;
    private const int SecondsBetweenLooks = 60;

    /// <returns>When each method rolled back; null: it didn't.</returns>
    public static RolloutEnd?[] Run(Scenario scenario, ulong seed, IReadOnlyList<IMinuteMethod> methods)
    {
        var dice = new Dice(seed);
        var traffic = new Traffic(scenario, $"candidate-{seed}", dice);
        ArmModel stable = new(new()), candidate = new(scenario.Candidate);
        var minute = new Minute();
        var ends = new RolloutEnd?[methods.Count];
        var (second, requests, pairs) = (0, 0L, 0L);
        foreach (var step in scenario.StepsBeforeBake)
        {
            for (var end = second + step.Seconds; second < end; second++)
            {
                for (var count = traffic.Begin(second); count > 0; count--)
                    Ask(traffic.Next(), step);
                if ((second + 1) % SecondsBetweenLooks != 0)
                    continue;
                for (var i = 0; i < methods.Count; i++)
                    ends[i] = methods[i].Look(minute) ? ends[i] ?? new(Ending.RolledBack, second + 1, requests, pairs, "") : ends[i];
                minute.Clear();
            }
        }

        return ends;

        void Ask(in SimulatedRequest request, ScenarioStep step)
        {
            var isCandidates = request.Place < step.TrafficPermille;
            if (isCandidates)
            {
                requests++;
                minute.Candidate.Add(Answer(request, candidate, isCandidates: true));
                minute.Baseline.Add(Answer(traffic.Next(), stable, isCandidates: false));
            }

            if (request.IsSingle || !traffic.Hits(step.MirrorPermille / 1000.0))
                return;
            pairs++;
            minute.Pairs++;
            minute.Places += request.Content == Traffic.Repeated ? RepeatedOverlap : candidate.Overlap(dice.Next());
        }

        double? Answer(in SimulatedRequest request, ArmModel model, bool isCandidates)
        {
            if (request.IsShort || traffic.Hits(request.ErrorRate ?? Math.Min(1, model.ErrorRate + traffic.Now.MoreErrors)))
                return null;
            if (request.IsCached && !isCandidates)
                return CachedSeconds;
            return model.Seconds(dice.Next()) * request.Slower * (request.IsCached ? scenario.Requests.CachedSlower : 1);
        }
    }
}
