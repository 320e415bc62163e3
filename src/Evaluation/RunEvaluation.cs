namespace Rerank.Evaluation;

/// <summary>A run measured against judgements, query by query.</summary>
/// <param name="Measures">In the order in which they were asked for.</param>
/// <param name="PerQuery">Values by measure, by query: of every query that has judgements. A query that the run lacks has found nothing.</param>
/// <param name="Missing">Queries that have judgements and no results.</param>
/// <param name="Unjudged">Queries of the run that have no judgements; they count nowhere.</param>
public sealed record RunEvaluation(
    IReadOnlyList<Measure> Measures, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> PerQuery, IReadOnlyList<string> Missing, IReadOnlyList<string> Unjudged)
{
    /// <param name="level">The least grade that is relevant.</param>
    public static RunEvaluation Of(Qrels qrels, TrecRun run, IReadOnlyList<Measure> measures, int level = 1)
    {
        ArgumentNullException.ThrowIfNull(qrels);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        var perQuery = new Dictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);
        foreach (var (query, judgements) in qrels.Queries)
        {
            var ranking = JudgedRanking.Of(run.Queries.GetValueOrDefault(query) ?? [], judgements, level);
            perQuery[query] = measures.ToDictionary(m => m.Name, m => m.Of(ranking), StringComparer.Ordinal);
        }

        return new(
            measures,
            perQuery,
            [.. qrels.Queries.Keys.Where(q => !run.Queries.ContainsKey(q))],
            [.. run.Queries.Keys.Where(q => !qrels.Queries.ContainsKey(q))]);
    }

    /// <summary>Over all queries that have judgements, or some of them; counts are summed.</summary>
    public IReadOnlyDictionary<string, double> Mean(IReadOnlyCollection<string>? queries = null)
    {
        var values = (queries ?? [.. PerQuery.Keys]).Select(q => PerQuery[q]).ToList();
        return Measures.ToDictionary(m => m.Name, m => values.Count == 0 ? 0 : values.Sum(v => v[m.Name]) / (m.IsCount ? 1 : values.Count), StringComparer.Ordinal);
    }
}
