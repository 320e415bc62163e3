using System.Globalization;
using Rerank.Evaluation;

namespace Rerank.Cli.Evaluate;

internal sealed record EvaluationRequest
{
    public required IReadOnlyList<Measure> Measures { get; init; }

    /// <summary>The least grade that is relevant.</summary>
    public required int Level { get; init; }

    public IReadOnlyList<(Measure Measure, double Value)> AtLeast { get; init; } = [];

    public IReadOnlyList<(Measure Measure, double Value)> MaxDrop { get; init; } = [];
}

/// <param name="Name">Null: all queries.</param>
/// <param name="Comparisons">With the baseline, by measure; empty without one. Those of slices have P corrected by Holm for all slices.</param>
internal sealed record EvaluatedPart(string? Name, int Queries, IReadOnlyDictionary<string, double> Mean, IReadOnlyDictionary<string, PairedComparison> Comparisons)
{
    public bool IsTooFew => Queries < PairedComparison.FewestQueries;
}

/// <param name="Why">What was found and what was asked for.</param>
internal sealed record GateResult(string Name, bool Holds, string Why);

/// <summary>A run measured, beside a baseline and by slice where these were given, and what the gates say.</summary>
internal sealed record EvaluationOutcome(RunEvaluation Run, RunEvaluation? Baseline, EvaluatedPart All, IReadOnlyList<EvaluatedPart> Slices, IReadOnlyList<GateResult> Gates)
{
    public static EvaluationOutcome Of(EvaluationRequest request, Qrels qrels, TrecRun run, TrecRun? baseline, Slices slices)
    {
        // Gates may be about measures that aren't shown otherwise.
        List<Measure> measures = [.. request.Measures.Concat(request.AtLeast.Select(g => g.Measure)).Concat(request.MaxDrop.Select(g => g.Measure)).DistinctBy(m => m.Name)];
        var measured = RunEvaluation.Of(qrels, run, measures, request.Level);
        var other = baseline is null ? null : RunEvaluation.Of(qrels, baseline, measures, request.Level);
        var all = Part(null, [.. measured.PerQuery.Keys], measured, other);
        var parts = Corrected([.. slices.Queries.Select(slice => Part(slice.Key, slice.Value, measured, other))]);
        return new(measured, other, all, parts, [.. Judged(request, [all, .. parts])]);
    }

    private static EvaluatedPart Part(string? name, IReadOnlyList<string> queries, RunEvaluation run, RunEvaluation? baseline)
    {
        var comparisons = baseline is null
            ? []
            : run.Measures.Where(m => !m.IsCount).ToDictionary(
                m => m.Name,
                m => PairedComparison.Of([.. queries.Select(q => run.PerQuery[q][m.Name])], [.. queries.Select(q => baseline.PerQuery[q][m.Name])]));
        return new(name, queries.Count, run.Mean(queries), comparisons);
    }

    private static IReadOnlyList<EvaluatedPart> Corrected(IReadOnlyList<EvaluatedPart> slices)
    {
        if (slices.Count == 0 || slices[0].Comparisons.Count == 0)
            return slices;
        var corrected = slices[0].Comparisons.Keys.ToDictionary(measure => measure, measure => PairedComparison.Holm([.. slices.Select(s => s.Comparisons[measure].P)]));
        return [.. slices.Select((slice, i) => slice with { Comparisons = slice.Comparisons.ToDictionary(c => c.Key, c => c.Value with { P = corrected[c.Key][i] }) })];
    }

    // Of a slice with few queries nothing can be said: it holds nobody up, and isn't proof of anything.
    private static IEnumerable<GateResult> Judged(EvaluationRequest request, IReadOnlyList<EvaluatedPart> parts)
    {
        foreach (var part in parts.Where(p => p.Name is null || !p.IsTooFew))
        {
            var of = part.Name is null ? "" : $" of slice {part.Name}";
            foreach (var (measure, least) in request.AtLeast)
            {
                var value = part.Mean[measure.Name];
                yield return new($"{measure.Name}{of} is at least {Text(least)}", value >= least, $"it is {Text(value)}");
            }

            foreach (var (measure, most) in request.MaxDrop)
            {
                var comparison = part.Comparisons[measure.Name];
                yield return new(
                    $"{measure.Name}{of} is at most {Text(most)} lower than the baseline's",
                    -comparison.Low <= most,
                    $"the difference is {Text(comparison.Difference)}, between {Text(comparison.Low)} and {Text(comparison.High)}");
            }
        }
    }

    /// <summary>As trec_eval prints values.</summary>
    public static string Text(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
