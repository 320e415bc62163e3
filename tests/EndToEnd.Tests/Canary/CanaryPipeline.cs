using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Cluster;
using Rerank.EndToEnd.Tests.Images;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Canary;

/// <summary>One pipeline under steady load, for all candidates: that of the canary sample, on two routers, with traffic from the first step on.</summary>
public sealed class CanaryPipeline(Installation installation) : IAsyncDisposable
{
    internal const string Name = "canary";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private Task? _started;
    private LoadPod? _load;

    internal LoadPod Load => _load!;

    private Kubectl Kubectl => installation.Kubectl;

    private ClientPods Clients => new(Kubectl, installation.ImageTag);

    /// <summary>Starts it at the first call.</summary>
    internal Task EnsureAsync() => _started ??= StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_load is not null)
            await _load.DisposeAsync();
        if (_started is null)
            return;
        await Kubectl.TryAsync("delete", "rerankpipeline", Name, "--timeout=60s");
        await Kubectl.TryAsync("delete", "pod", "models", "--wait=false");
    }

    internal Task UseAsync(string model, Action<JsonNode>? change = null) => Kubectl.ApplyAsync(Of(model, change));

    private async Task StartAsync()
    {
        await Clients.ServeModelsAsync();
        foreach (var model in DisturbedModels.All)
            await Kubectl.ApplyAsync(DisturbedModels.Manifest(model));
        await UseAsync(DisturbedModels.Good);
        await Eventually.Passes(
            async () =>
            {
                var conditions = (await Kubectl.GetAsync("rerankpipeline", Name))["status"]?["conditions"]?.AsArray() ?? [];
                Assert.Contains(conditions, condition => (string?)condition!["type"] == "Ready" && (string?)condition["status"] == "True");
            },
            Kubectl.Stop,
            Patience);
        _load = await Clients.LoadAsync(Name, retries: 0, rate: 15, documents: 24);
    }

    private static JsonNode Of(string model, Action<JsonNode>? change)
    {
        var pipeline = YamlReader.Read(File.ReadAllText(Repository.File("config", "samples", "canary", "pipeline.yaml"))).Single();
        pipeline["metadata"]!["name"] = Name;
        var spec = pipeline["spec"]!;
        spec["router"]!["replicas"] = 2;
        spec.UseModel("full", model);
        var rollout = spec["rollout"]!;
        // No step without traffic: that a bad candidate answers requests, and none fails, is what is to be seen.
        rollout["steps"]!.AsArray().RemoveAt(0);
        rollout["steps"]![0]!["trafficPermille"] = 300;
        // The median needs fewer requests than a high quantile, for which this load would need minutes.
        var latency = rollout["analysis"]!["metrics"]!.AsArray().Single(metric => (string?)metric!["type"] == "LatencyQuantile")!;
        latency["quantilePermille"] = 500;
        latency["maxRatioPermille"] = 1500;
        rollout["bakeSeconds"] = 5;
        change?.Invoke(spec);
        return pipeline;
    }
}
