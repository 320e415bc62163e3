namespace Rerank.Evaluation;

/// <summary>One query's ranking beside its judgements: what every measure is computed of.</summary>
public sealed class JudgedRanking
{
    private JudgedRanking(int?[] grades, int[] ideal, int nonRelevant, int level)
    {
        Grades = grades;
        IdealGains = ideal;
        NonRelevant = nonRelevant;
        Level = level;
        Relevant = ideal.Count(gain => gain >= level);
    }

    /// <summary>By rank, best first; null: not judged.</summary>
    public IReadOnlyList<int?> Grades { get; }

    /// <summary>Grades above 0 of all judged documents, found or not, highest first.</summary>
    public IReadOnlyList<int> IdealGains { get; }

    /// <summary>How many judged documents are relevant, found or not.</summary>
    public int Relevant { get; }

    /// <summary>How many judged documents are not, found or not.</summary>
    public int NonRelevant { get; }

    /// <summary>The least grade that is relevant.</summary>
    public int Level { get; }

    public bool IsRelevant(int rank) => Grades[rank] >= Level;

    /// <summary>Relevant documents among the first <paramref name="places"/>.</summary>
    public int RelevantIn(int places)
    {
        var count = 0;
        for (var i = 0; i < Grades.Count && i < places; i++)
            count += IsRelevant(i) ? 1 : 0;
        return count;
    }

    /// <param name="documents">Best first; empty when the system returned nothing.</param>
    public static JudgedRanking Of(IReadOnlyList<string> documents, IReadOnlyDictionary<string, int> judgements, int level)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(judgements);
        return new(
            [.. documents.Select(d => judgements.TryGetValue(d, out var grade) && grade >= 0 ? grade : (int?)null)],
            [.. judgements.Values.Where(grade => grade > 0).OrderDescending()],
            judgements.Values.Count(grade => grade >= 0 && grade < level),
            level);
    }
}
