using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Cluster;

namespace Rerank.EndToEnd.Tests;

[Collection("cluster")]
public sealed class QuickstartTests(Installation installation) : ClusterTest(installation)
{
    private static readonly string[] Passages =
    [
        "New York City is the most populous city in the United States.",
        "Berlin is the capital and largest city of Germany, with about 3.7 million inhabitants.",
        "The Rhine is a river.",
    ];

    [Fact]
    public async Task Quickstart_AppliedFolder_RanksPassagesThroughTheService()
    {
        await Kubectl.ApplyFolderAsync(Samples.Quickstart);
        var pipeline = await ReadyAsync("quickstart");

        var cohere = await Clients.RerankAsync(
            "quickstart",
            "/v2/rerank",
            new() { ["model"] = "quickstart", ["query"] = "what is the capital of germany", ["documents"] = Documents(), ["top_n"] = 2 });
        Assert.Equal(200, cohere.Status);
        Assert.Equal(2, cohere.Order.Count());
        Assert.Equal(1, cohere.Order.First());
        Assert.Equal(Revision(pipeline), cohere.Headers["x-rerank-revision"]);

        var tei = await Clients.RerankAsync("quickstart", "/rerank", new() { ["query"] = "what is the capital of germany", ["texts"] = Documents() });
        Assert.Equal(200, tei.Status);
        Assert.Equal(1, (int)tei.Body[0]!["index"]!);
    }

    [Fact]
    public async Task Quickstart_Serving_ReadsWellInKubectl()
    {
        await Kubectl.ApplyFolderAsync(Samples.Quickstart);
        var pipeline = await ReadyAsync("quickstart");

        var table = await Kubectl.RunAsync("get", "rrp,rmv");
        TestContext.Current.TestOutputHelper!.WriteLine(table);
        Assert.Matches(@"NAME +READY +STABLE +CANDIDATE +TRAFFIC +STEP +REASON +AGE", table);
        Assert.Matches($@"rerankpipeline\.rerank\.dev/quickstart +True +{Revision(pipeline)} +SpecServing ", table);
        Assert.Matches(@"modelversion\.rerank\.dev/base +True +\w+ +True +[0-9a-f]{12} ", table);
    }

    [Fact]
    public async Task Quickstart_Serving_LetsOnlyTheOperatorReachAdminPorts()
    {
        await Kubectl.ApplyFolderAsync(Samples.Quickstart);
        await ReadyAsync("quickstart");

        foreach (var name in new[] { "quickstart-router", "quickstart-full" })
        {
            var policy = await Kubectl.GetAsync("networkpolicy", name);
            var admin = policy["spec"]!["ingress"]!.AsArray()
                .Where(rule => rule!["ports"]!.AsArray().Any(port => ((string)port!["port"]!).StartsWith("admin", StringComparison.Ordinal))).ToList();
            Assert.All(admin, rule => Assert.Contains("rerank-operator", rule!["from"]!.ToJsonString(), StringComparison.Ordinal));
            Assert.NotEmpty(admin);
        }
    }

    [Fact]
    public async Task Pods_OfAPipeline_HaveNoAccessToTheApiServer()
    {
        await Kubectl.ApplyFolderAsync(Samples.Quickstart);
        await ReadyAsync("quickstart");

        var pods = await Kubectl.ListAsync("pods", "rerank.dev/pipeline=quickstart");
        Assert.NotEmpty(pods);
        Assert.All(pods, pod => Assert.False((bool?)pod!["spec"]!["automountServiceAccountToken"]));
        Assert.All(pods, pod => Assert.True((bool?)pod!["spec"]!["securityContext"]!["runAsNonRoot"]));
    }

    private static JsonArray Documents() => [.. Passages.Select(passage => (JsonNode)passage)];
}
