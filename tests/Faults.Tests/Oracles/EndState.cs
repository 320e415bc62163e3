using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Pipelines;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>
/// Oracle E: everything in a namespace as text, without what differs between two runs that end alike: uids, versions, times, tokens, numbers of pods.
/// </summary>
internal static partial class EndState
{
    private static readonly string[] MaskedMetadata =
        ["uid", "resourceVersion", "creationTimestamp", "generation", "selfLink", "managedFields", "ownerReferences", "deletionGracePeriodSeconds"];

    // Times of the rollout; generations and sequences that every additional write may raise; addresses that the server chooses.
    private static readonly string[] MaskedMembers =
        ["lastTransitionTime", "observedGeneration", "sinceTime", "stepStartTime", "bakesUntilTime", "configGeneration", "clusterIP", "clusterIPs", "nodePort"];

    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(IResourceClient client, string ns, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await AddAsync<RerankPipeline>();
        await AddAsync<ModelVersion>();
        await AddAsync<V1Deployment>();
        await AddAsync<V1Service>();
        await AddAsync<V1ConfigMap>();
        await AddAsync<V1Secret>();
        await AddAsync<V1NetworkPolicy>();
        await AddAsync<V1PodDisruptionBudget>();
        await AddAsync<V2HorizontalPodAutoscaler>();
        await AddAsync<V1ControllerRevision>();
        await AddAsync<V1Pod>();
        return found;

        async Task AddAsync<T>()
            where T : class, IKubernetesObject<V1ObjectMeta>
        {
            var kind = ResourceKind.Of<T>().Plural;
            foreach (var item in (await client.ListAsync<T>(ns, null, null, cancellationToken)).Items)
            {
                var name = typeof(T) == typeof(V1Pod) ? PodNumber().Replace(item.Name(), "-#") : item.Name();
                var key = $"{kind}/{name}";
                for (var i = 2; found.ContainsKey(key); i++)
                    key = $"{kind}/{name}.{i}";
                found[key] = Text(item, ns);
            }
        }
    }

    /// <summary>Without what tells of earlier revisions, and without what is said of the pipeline.</summary>
    public static IReadOnlyDictionary<string, string> WithoutHistory(IReadOnlyDictionary<string, string> state) =>
        state.Where(s => !s.Key.StartsWith("controllerrevisions/", StringComparison.Ordinal)
            && !s.Key.StartsWith("rerankpipelines/", StringComparison.Ordinal)
            && !s.Key.StartsWith("modelversions/", StringComparison.Ordinal)
            && !s.Key.EndsWith("-report", StringComparison.Ordinal)).ToDictionary();

    /// <summary>The same, also without the names that pools have from the revisions that they were made for.</summary>
    public static IReadOnlyDictionary<string, string> WithoutHomes(IReadOnlyDictionary<string, string> state)
    {
        var named = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in WithoutHistory(state))
            named.Add(Homeless(key), TemplateHash().Replace(Homeless(text), "$1HASH"));
        return named;

        static string Homeless(string text) => Home().Replace(text, "");
    }

    public static void AssertSame(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> actual, string when = "after all")
    {
        var difference = Difference(expected, actual);
        Assert.True(difference.Length == 0, $"{when}, it is different:\n{difference}");
    }

    /// <summary>Where two states differ; empty when they don't.</summary>
    private static string Difference(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> actual)
    {
        var differences = expected.Keys.Union(actual.Keys).Order(StringComparer.Ordinal)
            .Where(key => expected.GetValueOrDefault(key) != actual.GetValueOrDefault(key))
            .Select(key => $"{key}:\n  expected {expected.GetValueOrDefault(key) ?? "nothing"}\n  actual   {actual.GetValueOrDefault(key) ?? "nothing"}");
        return string.Join('\n', differences);
    }

    private static string Text<T>(T item, string ns)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var json = JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject();
        foreach (var member in MaskedMetadata)
            json["metadata"]!.AsObject().Remove(member);
        if (item is V1Secret && json["data"] is JsonObject data)
        {
            foreach (var key in data.Select(d => d.Key).ToList())
                data[key] = "SECRET";
        }

        if (item is V1ControllerRevision)
            json.Remove("revision");
        // How long a rollout took and what was seen meanwhile differs; that there is a report doesn't.
        if (item is V1ConfigMap { Data: { } files } map && files.ContainsKey(ReportObject.ReportKey))
        {
            json["data"] = string.Join(' ', files.Keys);
            json["binaryData"] = string.Join(' ', map.BinaryData.Keys);
        }

        if (item is V1Pod)
        {
            json["status"]?.AsObject().Remove("podIP");
            json["status"]?.AsObject().Remove("podIPs");
            json["metadata"]!.AsObject().Remove("name");
        }

        Mask(json);
        // Before numbers are masked: the name that a server made up for a namespace may end with one.
        var text = JsonSerializer.Serialize(Sorted(json), Readable).Replace(ns, "NAMESPACE", StringComparison.Ordinal);
        text = Time().Replace(text, "TIME");
        text = Generation().Replace(text, "generation$1:N");
        text = Evidence().Replace(text, "$1$2:N");
        return PodNumber().Replace(text, "-#");
    }

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void Mask(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var member in MaskedMembers)
                    map.Remove(member);
                foreach (var (_, value) in map)
                    Mask(value);
                break;
            case JsonArray list:
                foreach (var value in list)
                    Mask(value);
                break;
        }
    }

    // Applied in another order, a list that is a map by name keeps the order that it had: the same pod.
    private static JsonNode? Sorted(JsonNode? node, string member = "") => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value, m.Key)))),
        JsonArray list when member is "containers" or "volumes" => new JsonArray([.. list.OrderBy(item => (string?)item!["name"], StringComparer.Ordinal).Select(item => Sorted(item))]),
        JsonArray list => new JsonArray([.. list.Select(item => Sorted(item))]),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|(\+|\\+u002B)00:00)")]
    private static partial Regex Time();

    // With the number that a name has which was taken.
    [GeneratedRegex(@"[.-][0-9a-f]{10}(-#(?=[""\\])|-\d(?=[""\\./]|$))?(?=[""\\./-]|$)")]
    private static partial Regex Home();

    [GeneratedRegex(@"(template-hash"":"")[0-9a-f]+")]
    private static partial Regex TemplateHash();

    // Inside of documents too, where quotes are escaped.
    [GeneratedRegex(@"generation(\\?""):\d+")]
    private static partial Regex Generation();

    [GeneratedRegex(@"(requestsBefore|comparedBefore)(\\?""):\d+")]
    private static partial Regex Evidence();

    [GeneratedRegex(@"(?<=[a-z0-9])-\d+(?![\w.])")]
    private static partial Regex PodNumber();
}
