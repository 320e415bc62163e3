using System.Text.RegularExpressions;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;

namespace Rerank.Router.Routing;

/// <summary>What a routing table's candidate must fulfil besides what every arm must.</summary>
internal static partial class CandidateRules
{
    private const int Everything = 1000;
    private const int MaxPlaces = 1000;
    private const int MaxLatencyTests = 16;
    private const int MaxFeedbackSeconds = 3600;
    private const int MaxHardLimits = 32;
    private const int MaxMilliseconds = 10 * 60 * 1000;
    private const int MaxWindowSeconds = 600;
    private const int MaxHeaderName = 100;
    private const int MaxForceValue = 256;

    public static IEnumerable<string> Errors(CandidateArm candidate, string stableRevision)
    {
        if (candidate.Arm.Revision == stableRevision)
            yield return $"arm.revision must differ from stable's, {stableRevision}";
        if (candidate.Attempt < 1)
            yield return $"attempt must be at least 1, not {candidate.Attempt}";
        if (candidate.Epoch < 0)
            yield return $"epoch must be at least 0, not {candidate.Epoch}";
        if (OutOfRange(candidate.TrafficPermille))
            yield return $"trafficPermille must be from 0 to {Everything}, not {candidate.TrafficPermille}";
        if (OutOfRange(candidate.MirrorPermille))
            yield return $"mirrorPermille must be from 0 to {Everything}, not {candidate.MirrorPermille}";
        if (candidate.MaxShadowCostPermille is < 0 or > RoutingLimits.MaxShadowCostPermille)
            yield return $"maxShadowCostPermille must be from 0 to {RoutingLimits.MaxShadowCostPermille}, not {candidate.MaxShadowCostPermille}";
        if (candidate.ComparedPlaces is < 1 or > MaxPlaces)
            yield return $"comparedPlaces must be from 1 to {MaxPlaces}, not {candidate.ComparedPlaces}";
        foreach (var error in AssignmentErrors(candidate.Assignment))
            yield return $"assignment.{error}";

        if (candidate.FeedbackAfterSeconds is < 1 or > MaxFeedbackSeconds)
            yield return $"feedbackAfterSeconds must be from 1 to {MaxFeedbackSeconds}, not {candidate.FeedbackAfterSeconds}";
        foreach (var error in LatencyTestErrors(candidate.LatencyTests))
            yield return $"latencyTests{error}";

        if (candidate.HardLimits.Count > MaxHardLimits)
            yield return $"hardLimits must have at most {MaxHardLimits} entries, not {candidate.HardLimits.Count}";
        for (var i = 0; i < candidate.HardLimits.Count; i++)
        {
            foreach (var error in candidate.HardLimits[i] is { } limit ? HardLimitErrors(limit) : [" must not be null"])
                yield return $"hardLimits[{i}]{error}";
        }
    }

    private static IEnumerable<string> AssignmentErrors(Assignment assignment)
    {
        if (!Enum.IsDefined(assignment.Type))
            yield return $"type must be one of {string.Join(", ", Enum.GetNames<AssignmentType>())}";
        if (assignment.Type == AssignmentType.HeaderHash && assignment.HeaderName is null)
            yield return "headerName is required with type HeaderHash";
        if (assignment.HeaderName is { } name && !IsHeaderName(name))
            yield return $"headerName must be the name of a header, of at most {MaxHeaderName} characters";
        if (assignment.ForceHeaderName is null != assignment.ForceCandidateValue is null)
            yield return "forceHeaderName and forceCandidateValue belong together";
        if (assignment.ForceHeaderName is { } force && !IsHeaderName(force))
            yield return $"forceHeaderName must be the name of a header, of at most {MaxHeaderName} characters";
        if (assignment.ForceCandidateValue is { Length: < 1 or > MaxForceValue })
            yield return $"forceCandidateValue must have from 1 to {MaxForceValue} characters";
    }

    private static IEnumerable<string> LatencyTestErrors(IReadOnlyList<LatencyTest> tests)
    {
        if (tests.Count > MaxLatencyTests)
            yield return $" must have at most {MaxLatencyTests} entries, not {tests.Count}";

        var metrics = new HashSet<string>();
        for (var i = 0; i < tests.Count; i++)
        {
            if (tests[i] is not { } test)
            {
                yield return $"[{i}] must not be null";
                continue;
            }

            if (!LimitName().IsMatch(test.Metric))
                yield return $"[{i}].metric must be 1 to 128 letters, digits, '.', '_' and '-'";
            if (!metrics.Add(test.Metric))
                yield return $"[{i}].metric: {test.Metric} is there twice";
            if (test.QuantilePermille is < 1 or >= Everything)
                yield return $"[{i}].quantilePermille must be from 1 to {Everything - 1}, not {test.QuantilePermille}";
            if (test.RatioSteps is < 0 or > Buckets.MaxLatency)
                yield return $"[{i}].ratioSteps must be from 0 to {Buckets.MaxLatency}, not {test.RatioSteps}";
        }
    }

    private static IEnumerable<string> HardLimitErrors(HardLimit limit)
    {
        if (!LimitName().IsMatch(limit.Name))
            yield return ".name must be 1 to 128 letters, digits, '.', '_' and '-'";
        if (OutOfRange(limit.Permille))
            yield return $".permille must be from 0 to {Everything}, not {limit.Permille}";
        if (limit.WindowSeconds is < 1 or > MaxWindowSeconds)
            yield return $".windowSeconds must be from 1 to {MaxWindowSeconds}, not {limit.WindowSeconds}";
        if (limit.MinRequests < 1)
            yield return $".minRequests must be at least 1, not {limit.MinRequests}";
        switch (limit.Type)
        {
            case HardLimitType.Slow:
                if (limit.Milliseconds is not (>= 1 and <= MaxMilliseconds))
                    yield return $".milliseconds must be from 1 to {MaxMilliseconds} with type Slow";
                break;
            case HardLimitType.Error or HardLimitType.Degraded:
                if (limit.Milliseconds is not null)
                    yield return ".milliseconds belongs to type Slow only";
                break;
            default:
                yield return $".type must be one of {string.Join(", ", Enum.GetNames<HardLimitType>())}";
                break;
        }
    }

    private static bool OutOfRange(int permille) => permille is < 0 or > Everything;

    private static bool IsHeaderName(string name) => name.Length <= MaxHeaderName && HeaderName().IsMatch(name);

    // A token of RFC 9110.
    [GeneratedRegex("^[A-Za-z0-9!#$%&'*+.^_`|~-]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();

    // It becomes a metric's label.
    [GeneratedRegex("^[A-Za-z0-9._-]{1,128}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex LimitName();
}
