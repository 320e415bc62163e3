using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Local.Server;
using Rerank.TestKit;

namespace Rerank.LocalMode.Tests.Server;

public sealed class LocalApiServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer 0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Basic cm9vdDpyb290")]
    public async Task Request_WithoutTheToken_IsRefused(string? authorization)
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        // Whose server it is doesn't matter here.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(cluster.Client().BaseUri, "api/v1/namespaces/default/pods"));
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Kubectl_WithTheKubeconfig_ShowsTheColumns()
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "kubectl")));
        Assert.SkipUnless(isThere || Environment.GetEnvironmentVariable("REQUIRE_CLUSTER") is "1" or "true", "needs kubectl");
        await using var cluster = await LocalCluster.StartAsync(Cancel);

        var shown = await Command.RequireAsync("kubectl", ["--kubeconfig", cluster.Options.KubeconfigPath, "get", "rrp"], Cancel);

        Assert.Matches("^NAME +READY +STABLE .*\nquickstart ", shown);
    }

    [Fact]
    public async Task Kubeconfig_OfARun_IsItsOwnersAloneAndGoesWithIt()
    {
        string path;
        await using (var cluster = await LocalCluster.StartAsync(Cancel))
        {
            path = cluster.Options.KubeconfigPath;
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Kubeconfig_WhereAnotherFileIs_IsRefusedAndTheFileStays()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "apiVersion: v1\n", Cancel);

        using var certificate = ServerCertificate.Create(TimeProvider.System.GetUtcNow());

        var refusal = await Assert.ThrowsAsync<IOException>(() => Kubeconfig.WriteAsync(path, "https://127.0.0.1:1", certificate, "token", Cancel));

        Assert.Contains("choose another --kubeconfig", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("apiVersion: v1\n", await File.ReadAllTextAsync(path, Cancel));
        File.Delete(path);
    }

    [Fact]
    public async Task Apply_PartWithoutForce_ConflictsOnlyWithWhatOthersHave()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        using var client = cluster.Client();

        await ApplyAsync(client, """{"rollout": {"bakeSeconds": 600}}""", force: false);
        var conflict = await Assert.ThrowsAsync<HttpOperationException>(() => ApplyAsync(client, """{"router": {"replicas": 3}}""", force: false));
        Assert.Equal(HttpStatusCode.Conflict, conflict.Response.StatusCode);
        Assert.Contains("conflicts with \\u0022kubectl\\u0022", conflict.Response.Content, StringComparison.Ordinal);

        await ApplyAsync(client, """{"router": {"replicas": 3}}""", force: true);
        var spec = (await cluster.GetPipelineAsync(Cancel))!.Spec;
        Assert.Equal(3, spec.Router.Replicas);
        Assert.Equal(3, spec.Tiers.Count);
    }

    [Theory]
    [InlineData("""{"router": {"replicas": 0}}""", "spec.router.replicas: Invalid value: 0")]
    [InlineData("""{"unheard": 1}""", "spec.unheard: Invalid value: \\u0022\\u0022: unknown field")]
    [InlineData("""{"rollout": {"directives": [{"revision": "a", "action": "Explode", "step": "None"}]}}""", "Unsupported value")]
    public async Task Apply_PartThatMakesTheWholeInvalid_IsRefusedAndChangesNothing(string spec, string expected)
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        using var client = cluster.Client();
        var before = (await cluster.GetPipelineAsync(Cancel))!.Metadata.ResourceVersion;

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => ApplyAsync(client, spec, force: true));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Response.StatusCode);
        Assert.Contains(expected, refusal.Response.Content, StringComparison.Ordinal);
        Assert.Equal(before, (await cluster.GetPipelineAsync(Cancel))!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Create_Model_IsThereOnceAndNotTwice()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        var command = $"model create tiny-2 --from {Repository.File("models", "base")} --bundled base --apply";

        var first = await cluster.RerankAsync(command, Cancel);
        var second = await cluster.RerankAsync(command, Cancel);

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Equal(256, (await cluster.Operator.GetAsync<ModelVersion>(new("default", "tiny-2"), Cancel))!.Spec.Contract.MaxInputTokens);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("choose another name", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_StatusOfThePlugin_SeesEveryChangeUntilItIsStopped()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var output = new SharedWriter();
        var watching = Rerank.Cli.CommandLine.RunAsync(
            ["status", "quickstart", "-w", "--kubeconfig", cluster.Options.KubeconfigPath],
            new(output, output, TimeProvider.System, IsTerminal: false, UsesColour: false, _ => null),
            stop.Token);

        await Eventually.Passes(() => Assert.Contains("no status yet", output.ToString(), StringComparison.Ordinal), Cancel);
        foreach (var permille in (int[])[50, 500])
        {
            await cluster.SetStatusAsync(new() { Stable = new() { Revision = "a1", TrafficPermille = permille } }, Cancel);
            await Eventually.Passes(() => Assert.Contains($"stable a1 {permille / 10} %", output.ToString(), StringComparison.Ordinal), Cancel);
        }

        await stop.CancelAsync();
        Assert.Equal(0, await watching);
    }

    [Fact]
    public async Task List_Revisions_AreThePipelinesOwn()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        await cluster.Operator.ApplyAsync(Revision("quickstart", "a1b2c3d4e5"), Cancel);
        await cluster.Operator.ApplyAsync(Revision("another", "f6e5d4c3b2"), Cancel);

        var history = await cluster.RerankAsync("history quickstart", Cancel);

        Assert.Contains("a1b2c3d4e5", history.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("f6e5d4c3b2", history.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Secret_IsNotServed()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        using var client = cluster.Client();

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancel));

        Assert.Equal(HttpStatusCode.NotFound, refusal.Response.StatusCode);
    }

    [Fact]
    public async Task Delete_Pipeline_IsRefusedBecauseTheFolderSaysWhatThereIs()
    {
        await using var cluster = await LocalCluster.StartAsync(Cancel);
        using var client = cluster.Client();

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => client.CustomObjects.DeleteNamespacedCustomObjectAsync(
            ApiGroup.Name, ApiGroup.Version, "default", "rerankpipelines", "quickstart", cancellationToken: Cancel));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, refusal.Response.StatusCode);
    }

    private static V1ControllerRevision Revision(string pipeline, string revision) => new()
    {
        Metadata = new()
        {
            Name = $"{pipeline}-{revision}",
            NamespaceProperty = "default",
            Labels = new Dictionary<string, string>
            {
                ["rerank.dev/pipeline"] = pipeline,
                ["rerank.dev/role"] = "stable",
                ["rerank.dev/revision"] = revision,
            },
        },
        Revision = 1,
        Data = System.Text.Json.JsonSerializer.SerializeToElement(new { tiers = Array.Empty<string>() }),
    };

    private static Task<JsonObject> ApplyAsync(Kubernetes client, string spec, bool force) => client.CustomObjects.PatchNamespacedCustomObjectAsync<JsonObject>(
        new V1Patch(
            $$"""{"apiVersion": "rerank.dev/v1alpha1", "kind": "RerankPipeline", "metadata": {"name": "quickstart"}, "spec": {{spec}}}""",
            V1Patch.PatchType.ApplyPatch),
        ApiGroup.Name, ApiGroup.Version, "default", "rerankpipelines", "quickstart", fieldManager: "somebody", force: force, cancellationToken: Cancel);
}
