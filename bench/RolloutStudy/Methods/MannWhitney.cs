using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <summary>
/// Kayenta's judge: the metric's minutes since the start, candidate against baseline, by the Mann-Whitney test with its normal approximation. The metric
/// is "High", which fails a critical one, when the lower end of the two-sided 98 % interval of the shift lies above a quarter of the absolute
/// Hodges-Lehmann estimate. Looked at every five minutes.
/// </summary>
internal sealed class MannWhitney(Measure measure) : IMinuteMethod
{
    private const int MinutesBetweenLooks = 5;
    private const double Tolerance = 0.25;

    /// <summary>The 99th percentile of the standard normal distribution: 1 % at each end.</summary>
    private const double Z = 2.3263478740408408;

    private readonly List<double> _candidate = [];
    private readonly List<double> _baseline = [];
    private int _minutes;

    public bool Look(Minute minute)
    {
        if (measure.Candidate(minute) is { } candidate && measure.Baseline!(minute) is { } baseline)
        {
            _candidate.Add(candidate);
            _baseline.Add(baseline);
        }

        return ++_minutes % MinutesBetweenLooks == 0 && IsHigh(_candidate, _baseline);
    }

    public static bool IsHigh(IReadOnlyList<double> candidate, IReadOnlyList<double> baseline)
    {
        double[] shifts = [.. candidate.SelectMany(c => baseline.Select(b => c - b)).Order()];
        var rank = (int)(shifts.Length / 2.0 - Z * Math.Sqrt(shifts.Length * (candidate.Count + baseline.Count + 1) / 12.0));
        if (rank < 1)
            return false;

        var median = 0.5 * (shifts[(shifts.Length - 1) / 2] + shifts[shifts.Length / 2]);
        return shifts[rank - 1] > Tolerance * Math.Abs(median);
    }
}
