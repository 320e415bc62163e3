using System.Text;

namespace Rerank.Evaluation;

/// <summary>What a system returned: for each query its documents with scores.</summary>
public sealed class TrecRun
{
    private static readonly Comparison<(string Document, double Score)> ByScore =
        (x, y) => x.Score != y.Score ? y.Score.CompareTo(x.Score) : CompareBytes(y.Document, x.Document);

    private TrecRun(Dictionary<string, IReadOnlyList<string>> queries) => Queries = queries;

    /// <summary>
    /// Documents by query, best first: by score, and where that is equal by identifier, the last of the alphabet first. What a file says of ranks is not looked at; trec_eval does the same.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Queries { get; }

    /// <param name="source">Name of the file, for messages.</param>
    /// <remarks>Lines of six words are TREC's (query, Q0, document, rank, score, name), lines of four are query, document, rank and score, lines of three have no rank.</remarks>
    /// <exception cref="TrecFormatException">It can't be read, or has a document twice.</exception>
    public static TrecRun Read(TextReader text, string source)
    {
        var found = new Dictionary<string, List<(string Document, double Score)>>(StringComparer.Ordinal);
        var known = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var line in TrecLines.Read(text, source))
        {
            var (document, score) = line.Fields.Length switch
            {
                >= 6 => (line.Fields[2], line.Score(4)),
                4 => (line.Fields[1], line.Score(3)),
                3 => (line.Fields[1], line.Score(2)),
                _ => throw line.Wrong("expected \"QUERY Q0 DOCUMENT RANK SCORE NAME\", \"QUERY DOCUMENT RANK SCORE\" or \"QUERY DOCUMENT SCORE\""),
            };
            var query = line.Fields[0];
            if (!found.TryGetValue(query, out var documents))
                (found[query], known[query]) = (documents = [], new(StringComparer.Ordinal));
            if (!known[query].Add(document))
                throw line.Wrong($"query {query} has document {document} twice");
            documents.Add((document, score));
        }

        if (found.Count == 0)
            throw new TrecFormatException($"{source} has no results");
        foreach (var documents in found.Values)
            documents.Sort(ByScore);
        return new(found.ToDictionary(q => q.Key, q => (IReadOnlyList<string>)[.. q.Value.Select(d => d.Document)], StringComparer.Ordinal));
    }

    // As strcmp does on UTF-8. UTF-16 has the same order but for what takes two of its units.
    private static int CompareBytes(string x, string y)
    {
        var order = string.CompareOrdinal(x, y);
        return order != 0 && (HasSurrogates(x) || HasSurrogates(y)) ? Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)) : order;
    }

    private static bool HasSurrogates(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
}
