using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <summary>
/// The candidate's number of each minute against a fixed limit; so many failed minutes, not reset by good ones, roll it back. One is what Argo Rollouts
/// (<c>failureLimit: 0</c>) and Flagger (<c>threshold: 1</c>) do by default; a minute is Flagger's default interval. Minutes without requests are passed over.
/// </summary>
internal sealed class FixedThreshold(Measure measure, int failures) : IMinuteMethod
{
    private int _failures;

    public bool Look(Minute minute)
    {
        if (measure.Candidate(minute) > measure.Limit)
            _failures++;
        return _failures >= failures;
    }
}
