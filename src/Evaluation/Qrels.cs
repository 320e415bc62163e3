namespace Rerank.Evaluation;

/// <summary>
/// Relevance judgements. A query's documents have a grade: 0 is not relevant, more is more relevant, and less than 0 is a document that was pooled and not judged.
/// </summary>
public sealed class Qrels
{
    private Qrels(Dictionary<string, IReadOnlyDictionary<string, int>> queries) => Queries = queries;

    /// <summary>Grades by document, by query, in the order of the file.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Queries { get; }

    /// <param name="source">Name of the file, for messages.</param>
    /// <remarks>
    /// Lines of four words are TREC's (query, iteration, document, grade), lines of three are query, document and grade, as BEIR has them, with or without its line of headings.
    /// </remarks>
    /// <exception cref="TrecFormatException">It can't be read, or says something twice.</exception>
    public static Qrels Read(TextReader text, string source)
    {
        var queries = new Dictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal);
        var isFirst = true;
        foreach (var line in TrecLines.Read(text, source))
        {
            var isHeading = isFirst && line.Fields is [_, _, "score"];
            isFirst = false;
            if (isHeading)
                continue;
            if (line.Fields.Length is not (3 or 4))
                throw line.Wrong("expected \"QUERY ITERATION DOCUMENT GRADE\" or \"QUERY DOCUMENT GRADE\"");
            var (query, document) = (line.Fields[0], line.Fields[^2]);
            if (!queries.TryGetValue(query, out var documents))
                queries[query] = documents = new Dictionary<string, int>(StringComparer.Ordinal);
            if (!((Dictionary<string, int>)documents).TryAdd(document, line.Grade(line.Fields.Length - 1)))
                throw line.Wrong($"query {query} judges document {document} twice");
        }

        return queries.Count > 0 ? new(queries) : throw new TrecFormatException($"{source} has no judgements");
    }
}
