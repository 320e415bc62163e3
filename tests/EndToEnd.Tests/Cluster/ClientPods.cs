using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Images;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>Applications in the cluster, which reach a pipeline by its Service.</summary>
internal sealed class ClientPods(Kubectl kubectl, string imageTag)
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(1);

    /// <summary>Sends one request and returns its answer.</summary>
    public async Task<Answer> RerankAsync(string pipeline, string path, JsonObject request)
    {
        var pod = await StartAsync("once", $"http://{pipeline}{path}", request.ToJsonString());
        await Eventually.Passes(
            async () => Assert.True((string?)(await kubectl.GetAsync("pod", pod))["status"]!["phase"] is "Succeeded" or "Failed", $"{pod} isn't done"),
            Kubectl.Stop,
            StartDeadline);
        var line = await kubectl.RunAsync("logs", pod);
        await kubectl.RunAsync("delete", "pod", pod, "--wait=false");
        return Answer.Parse(line);
    }

    /// <summary>Starts sending requests without a pause, and returns once the first ones are answered.</summary>
    /// <param name="retries">How often a request without any answer is sent again.</param>
    public async Task<LoadPod> LoadAsync(string pipeline, int retries)
    {
        var load = new LoadPod(kubectl, await StartAsync("load", $"http://{pipeline}/v2/rerank", pipeline, "2", retries.ToString()));
        await load.AnsweredAsync(more: 20);
        return load;
    }

    private async Task<string> StartAsync(params string[] arguments)
    {
        var name = $"client-{Guid.NewGuid():n}"[..15];
        await kubectl.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["restartPolicy"] = "Never",
                ["automountServiceAccountToken"] = false,
                ["terminationGracePeriodSeconds"] = 5,
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["name"] = "client",
                    ["image"] = $"{Programs.Client}:{imageTag}",
                    ["imagePullPolicy"] = "Never",
                    ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
                }),
            },
        });
        return name;
    }
}

/// <param name="Headers">By name in lower case.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, JsonNode Body)
{
    public IEnumerable<int> Order => Body["results"]!.AsArray().Select(result => (int)result!["index"]!);

    public static Answer Parse(string line)
    {
        var json = JsonNode.Parse(line)!;
        return new(
            (int)json["status"]!,
            json["headers"]!.AsObject().ToDictionary(header => header.Key, header => (string)header.Value!),
            JsonNode.Parse((string)json["body"]!)!);
    }
}
