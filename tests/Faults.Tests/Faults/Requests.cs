namespace Rerank.Faults.Tests.Faults;

/// <summary>What a request of the Kubernetes client asks for.</summary>
internal static class Requests
{
    /// <summary><c>/api/v1</c> or <c>/apis/GROUP/VERSION</c>, then <c>[/namespaces/NS]/PLURAL[/NAME[/status]]</c>.</summary>
    public static Call Read(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var rest = path.Skip(path[0] == "api" ? 2 : 3).ToArray();
        if (rest is ["namespaces", _, _, ..])
            rest = rest[2..];
        var (kind, name) = (rest.ElementAtOrDefault(0) ?? "", rest.ElementAtOrDefault(1));
        return new(VerbOf(request, name, isStatus: rest.ElementAtOrDefault(2) == "status"), kind, name ?? NameIn(request));
    }

    private static Verb VerbOf(HttpRequestMessage request, string? name, bool isStatus) => request.Method.Method switch
    {
        "GET" when request.RequestUri!.Query.Contains("watch=true", StringComparison.OrdinalIgnoreCase) => Verb.Watch,
        "GET" => name is null ? Verb.List : Verb.Get,
        "POST" => Verb.Create,
        "DELETE" => Verb.Delete,
        _ when isStatus => Verb.ApplyStatus,
        _ => request.Content?.Headers.ContentType?.MediaType == "application/merge-patch+json" ? Verb.SetFinalizers : Verb.Apply,
    };

    // The name of what is created is in the body only.
    private static string? NameIn(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Post || request.Content is null)
            return null;
        var body = System.Text.Json.Nodes.JsonNode.Parse(request.Content.ReadAsStringAsync().GetAwaiter().GetResult());
        return (string?)body?["metadata"]?["name"];
    }
}
