namespace Rerank.Dialects;

/// <summary>A request whose documents have queries of their own, as requests with one query.</summary>
public static class QueryGroups
{
    /// <returns>One group for each query, in the order in which they come. A request that has one query only is its own single group.</returns>
    public static IReadOnlyList<QueryGroup> Of(RerankRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Queries is not { } queries)
            return [new QueryGroup(request)];

        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var order = new List<(string Query, List<int> Places)>();
        for (var i = 0; i < queries.Count; i++)
        {
            if (!places.TryGetValue(queries[i], out var its))
            {
                places.Add(queries[i], its = []);
                order.Add((queries[i], its));
            }

            its.Add(i);
        }

        return order.ConvertAll(group => new QueryGroup(
            request with { Query = group.Query, Queries = null, Documents = request.Documents.At(group.Places), Places = group.Places }));
    }
}

public sealed record QueryGroup(RerankRequest Request)
{
    public int PlaceOf(int document) => Request.PlaceOf(document);
}
