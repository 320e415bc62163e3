namespace Rerank.Evaluation;

/// <summary>Parts of a set of queries that are looked at by themselves: a language, a domain, short queries.</summary>
public sealed class Slices
{
    private Slices(Dictionary<string, IReadOnlyList<string>> queries) => Queries = queries;

    public static Slices None { get; } = new([]);

    /// <summary>Queries by slice, in the order of the file. A query may be in several, and in none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Queries { get; }

    /// <param name="source">Name of the file, for messages.</param>
    /// <param name="qrels">Queries without judgements count nowhere.</param>
    /// <remarks>Each line is a query and a slice that it belongs to.</remarks>
    /// <exception cref="TrecFormatException">It can't be read.</exception>
    public static Slices Read(TextReader text, string source, Qrels qrels)
    {
        ArgumentNullException.ThrowIfNull(qrels);
        var slices = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var known = new HashSet<(string Slice, string Query)>();
        foreach (var line in TrecLines.Read(text, source))
        {
            if (line.Fields is not [var query, var slice])
                throw line.Wrong("expected \"QUERY SLICE\"");
            if (!slices.TryGetValue(slice, out var queries))
                slices[slice] = queries = new List<string>();
            if (qrels.Queries.ContainsKey(query) && known.Add((slice, query)))
                ((List<string>)queries).Add(query);
        }

        return new(slices);
    }
}
