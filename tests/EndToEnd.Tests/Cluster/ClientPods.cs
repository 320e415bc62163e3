using System.Text.Json.Nodes;
using Rerank.EndToEnd.Tests.Images;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>Applications in the cluster, which reach a pipeline by its Service.</summary>
internal sealed class ClientPods(Kubectl kubectl, string imageTag)
{
    private const int ModelsPort = 8080;

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

    /// <summary>Starts sending requests at a steady rate, and returns once the first ones are answered.</summary>
    /// <param name="retries">How often a request without any answer is sent again.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="documents">Of each request.</param>
    public async Task<LoadPod> LoadAsync(string pipeline, int retries, int rate = 20, int documents = 6)
    {
        var load = new LoadPod(kubectl, await StartAsync("load", $"http://{pipeline}/v2/rerank", pipeline, $"{rate}", $"{documents}", $"{retries}"));
        await load.AnsweredAsync(more: 20);
        return load;
    }

    /// <summary>Starts a model store with every <see cref="Images.DisturbedModels">model of these tests</see>, where http://models reaches it.</summary>
    public async Task ServeModelsAsync()
    {
        var labels = new JsonObject { ["app.kubernetes.io/name"] = "models" };
        await kubectl.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject { ["name"] = "models" },
            ["spec"] = new JsonObject
            {
                ["selector"] = labels.DeepClone(),
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = ModelsPort }),
            },
        });
        await kubectl.ApplyAsync(Pod("models", labels, "files", $"{ModelsPort}"));
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/models", $"--timeout={StartDeadline.TotalSeconds}s");
    }

    private async Task<string> StartAsync(params string[] arguments)
    {
        var name = $"client-{Guid.NewGuid():n}"[..15];
        await kubectl.ApplyAsync(Pod(name, [], arguments));
        return name;
    }

    private JsonObject Pod(string name, JsonObject labels, params string[] arguments) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["terminationGracePeriodSeconds"] = 5,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "client",
                ["image"] = $"{ProgramImages.Client}:{imageTag}",
                ["imagePullPolicy"] = "Never",
                ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            }),
        },
    };
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
