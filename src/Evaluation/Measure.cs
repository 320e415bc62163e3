using System.Globalization;

namespace Rerank.Evaluation;

/// <summary>
/// A measure of trec_eval, by its name there and with its definition: P_k, recall_k, ndcg, ndcg_cut_k, map, map_cut_k, Rprec, recip_rank, success_k, bpref, num_ret, num_rel, num_rel_ret;
/// and judged_k, the share of the first k that was judged, which trec_eval doesn't have.
/// </summary>
/// <remarks>
/// A cut that a ranking doesn't reach counts as not relevant. nDCG: gain is the grade, discounted by log2(rank + 1) (Järvelin and Kekäläinen 2002), the ideal of all judged documents. bpref: Buckley and
/// Voorhees 2004.
/// </remarks>
public sealed record Measure
{
    private const int MaxCut = 100_000;

    private static readonly Dictionary<string, Func<JudgedRanking, double>> Plain = new(StringComparer.Ordinal)
    {
        ["map"] = r => AveragePrecision(r, int.MaxValue),
        ["Rprec"] = r => r.Relevant == 0 ? 0 : (double)r.RelevantIn(r.Relevant) / r.Relevant,
        ["recip_rank"] = ReciprocalRank,
        ["bpref"] = BinaryPreference,
        ["ndcg"] = r => Ndcg(r, int.MaxValue),
        ["num_ret"] = r => r.Grades.Count,
        ["num_rel"] = r => r.Relevant,
        ["num_rel_ret"] = r => r.RelevantIn(int.MaxValue),
    };

    private static readonly Dictionary<string, Func<JudgedRanking, int, double>> Cut = new(StringComparer.Ordinal)
    {
        ["P"] = (r, k) => (double)r.RelevantIn(k) / k,
        ["recall"] = (r, k) => r.Relevant == 0 ? 0 : (double)r.RelevantIn(k) / r.Relevant,
        ["ndcg_cut"] = Ndcg,
        ["map_cut"] = AveragePrecision,
        ["success"] = (r, k) => r.RelevantIn(k) > 0 ? 1 : 0,
        ["judged"] = (r, k) => Math.Min(k, r.Grades.Count) is > 0 and var n ? (double)r.Grades.Take(n).Count(g => g is not null) / n : 0,
    };

    private readonly Func<JudgedRanking, double> _of;

    private Measure(string name, Func<JudgedRanking, double> of) => (Name, _of) = (name, of);

    public string Name { get; }

    /// <summary>Whether all queries together are the sum and not the mean.</summary>
    public bool IsCount => Name.StartsWith("num_", StringComparison.Ordinal);

    /// <summary>What is reported when nothing else is asked for.</summary>
    public static IReadOnlyList<Measure> Usual { get; } =
    [
        .. Plain.Keys.Select(Parse),
        .. Cuts("P", 1, 3, 5, 10, 15, 20, 30, 100, 200, 500, 1000),
        .. Cuts("recall", 1, 3, 5, 10, 15, 20, 30, 100, 200, 500, 1000),
        .. Cuts("ndcg_cut", 1, 3, 5, 10, 15, 20, 30, 100, 200, 500, 1000),
        .. Cuts("map_cut", 5, 10, 15, 20, 30, 100, 200, 500, 1000),
        .. Cuts("success", 1, 3, 5, 10),
        .. Cuts("judged", 5, 10, 20, 100),
    ];

    public double Of(JudgedRanking ranking) => _of(ranking);

    /// <exception cref="FormatException">There is none of this name; the message says which there are.</exception>
    public static Measure Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Plain.TryGetValue(name, out var plain))
            return new(name, plain);
        var last = name.LastIndexOf('_');
        if (last > 0 && Cut.TryGetValue(name[..last], out var cut)
            && int.TryParse(name[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var places) && places is > 0 and <= MaxCut)
            return new(name, ranking => cut(ranking, places));
        throw new FormatException($"There is no measure \"{name}\". There are {string.Join(", ", Plain.Keys)}, and {string.Join(", ", Cut.Keys.Select(n => $"{n}_K"))} with K from 1 to {MaxCut}.");
    }

    private static IEnumerable<Measure> Cuts(string name, params int[] places) => places.Select(k => Parse(string.Create(CultureInfo.InvariantCulture, $"{name}_{k}")));

    private static double AveragePrecision(JudgedRanking ranking, int places)
    {
        var (sum, found) = (0.0, 0);
        for (var i = 0; i < ranking.Grades.Count && i < places; i++)
        {
            if (ranking.IsRelevant(i))
                sum += (double)++found / (i + 1);
        }

        return ranking.Relevant == 0 ? 0 : sum / ranking.Relevant;
    }

    private static double ReciprocalRank(JudgedRanking ranking)
    {
        for (var i = 0; i < ranking.Grades.Count; i++)
        {
            if (ranking.IsRelevant(i))
                return 1.0 / (i + 1);
        }

        return 0;
    }

    // Each relevant document counts by how few of those that were judged not relevant are before it.
    private static double BinaryPreference(JudgedRanking ranking)
    {
        var (sum, before) = (0.0, 0);
        for (var i = 0; i < ranking.Grades.Count; i++)
        {
            if (ranking.Grades[i] is null)
                continue;
            if (!ranking.IsRelevant(i))
                before++;
            else
                sum += before == 0 ? 1 : 1 - ((double)Math.Min(before, ranking.Relevant) / Math.Min(ranking.NonRelevant, ranking.Relevant));
        }

        return ranking.Relevant == 0 ? 0 : sum / ranking.Relevant;
    }

    private static double Ndcg(JudgedRanking ranking, int places)
    {
        var ideal = Dcg(ranking.IdealGains.Count, places, i => ranking.IdealGains[i]);
        return ideal > 0 ? Dcg(ranking.Grades.Count, places, i => ranking.Grades[i] ?? 0) / ideal : 0;
    }

    private static double Dcg(int count, int places, Func<int, int> gain)
    {
        var sum = 0.0;
        for (var i = 0; i < count && i < places; i++)
            sum += gain(i) / Math.Log2(i + 2);
        return sum;
    }
}
