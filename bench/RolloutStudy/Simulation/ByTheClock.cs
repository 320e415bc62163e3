using Rerank.Operator.Api;
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
    public static RolloutEnd?[] Run(Scenario scenario, ArmModels arms, ulong seed, IReadOnlyList<IMinuteMethod> methods)
    {
        var dice = new Dice(seed);
        var traffic = new Traffic(scenario, $"candidate-{seed}", dice);
        var hasFeedback = scenario.Metrics.Any(metric => metric.Type == MetricType.Feedback);
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
                {
                    if (ends[i] is null && methods[i].Look(minute))
                        ends[i] = new(Ending.RolledBack, second + 1, requests, pairs, "");
                }

                if (!ends.Contains(null))
                    return ends;
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
                Count(minute.Candidate, request, arms.Candidate, isCandidates: true);
                Count(minute.Baseline, traffic.Next(), arms.Stable, isCandidates: false);
            }

            if (request.IsSingle || !traffic.Hits(step.MirrorPermille / 1000.0))
                return;
            var failures = Math.Min(1, traffic.Now.ShadowFailures + (isCandidates ? 0 : scenario.Candidate.ShadowFailures));
            var isFailed = traffic.Hits(failures);
            if (isFailed && isCandidates)
                return;
            pairs++;
            minute.Pairs++;
            minute.Places += isFailed ? 0 : request.Content == Traffic.Repeated ? RepeatedOverlap : arms.Candidate.Overlap(dice.Next());
        }

        void Count(MinuteCounters counters, in SimulatedRequest request, ArmModel model, bool isCandidates)
        {
            var seconds = Answer(request, model, isCandidates);
            counters.Add(seconds, isClicked: hasFeedback && seconds is not null && traffic.Hits(traffic.ClickRate(isCandidates)));
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
