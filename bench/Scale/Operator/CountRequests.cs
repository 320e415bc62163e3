namespace Rerank.Scale.Operator;

/// <summary>Counts requests to the API server, by verb and resource.</summary>
internal sealed class CountRequests(Measures measures) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        measures.Requested(Name(request));
        return base.SendAsync(request, cancellationToken);
    }

    // .../namespaces/NS/RESOURCE[/NAME[/SUBRESOURCE]], or without a namespace .../VERSION/RESOURCE; /apis and /api are discovery.
    private static string Name(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        var start = Array.IndexOf(path, "namespaces") is >= 0 and var at && at + 2 < path.Length ? at + 2 : path[0] == "api" ? 2 : 3;
        if (path.Length <= start)
            return $"GET {string.Join('/', path)}";
        var resource = path.Length > start + 2 ? $"{path[start]}/{path[start + 2]}" : path[start];
        var verb = request.Method != HttpMethod.Get ? request.Method.Method
            : request.RequestUri.Query.Contains("watch=true", StringComparison.OrdinalIgnoreCase) ? "WATCH"
            : path.Length == start + 1 ? "LIST" : "GET";
        return $"{verb} {resource}";
    }
}
