using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;

namespace Rerank.ControlPlane.Tests;

/// <summary>The generated definitions and the C# types, as a real server brings them together.</summary>
public sealed class CustomResourceTests(ClusterFixture cluster) : IAsyncLifetime
{
    private static readonly Dictionary<string, Type> Kinds = new()
    {
        [$"{ApiGroup.GroupVersion}/{ModelVersion.KubeKind}"] = typeof(ModelVersion),
        [$"{ApiGroup.GroupVersion}/{RerankPipeline.KubeKind}"] = typeof(RerankPipeline),
    };

    private TestNamespace? _namespace;
    private ResourceClient? _client;

    public static TheoryData<string> Samples =>
    [
        .. Directory.EnumerateFiles(Repository.File("config", "samples"), "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path)),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ResourceClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        cluster.Require();
        await cluster.InstallCrdsAsync(Repository.File("config", "crds"), Cancel);
        _namespace = await cluster.CreateNamespaceAsync("kinds", Cancel);
        _client = new(cluster.Kubernetes, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _namespace?.DisposeAsync() ?? default;

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Apply_Sample_ComesBackAsItIsAndUnchangedTheNextTime(string sample)
    {
        foreach (var loaded in await LoadAsync(sample))
        {
            switch (loaded)
            {
                case ModelVersion model:
                    await AssertStable(model);
                    break;
                case RerankPipeline pipeline:
                    await AssertStable(pipeline);
                    break;
            }
        }
    }

    [Fact]
    public async Task Apply_ModelVersionWithoutFiles_IsRefused()
    {
        var model = await QuickstartModelAsync();
        model.Spec.Artifact.Files = [];

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => Client.ApplyAsync(model, Cancel));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Response.StatusCode);
    }

    [Fact]
    public async Task ApplyStatus_Conditions_AreReplacedByType()
    {
        var applied = await Client.ApplyAsync(await QuickstartModelAsync(), Cancel);
        applied.Status = new()
        {
            ObservedGeneration = 1,
            SizeBytes = 5,
            Conditions = [Condition("Ready", ConditionStatus.False), Condition("InUse", ConditionStatus.True)],
        };
        await Client.ApplyStatusAsync(applied, Cancel);
        var first = (await Client.GetAsync<ModelVersion>(ObjectKey.Of(applied), Cancel))!;
        first.Status = new() { ObservedGeneration = 1, Conditions = [Condition("Ready", ConditionStatus.True)] };

        await Client.ApplyStatusAsync(first, Cancel);

        var second = (await Client.GetAsync<ModelVersion>(ObjectKey.Of(applied), Cancel))!;
        Assert.Equal(1, second.Metadata.Generation);
        Assert.Null(second.Status!.SizeBytes);
        Assert.Equal([("Ready", ConditionStatus.True)], second.Status.Conditions.Select(condition => (condition.Type, condition.Status)));
    }

    private static Condition Condition(string type, ConditionStatus status) => new()
    {
        Type = type,
        Status = status,
        Reason = "Testing",
        Message = "For a test.",
        ObservedGeneration = 1,
        LastTransitionTime = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc),
    };

    private async Task AssertStable<T>(T sample)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var first = await Client.ApplyAsync(sample, Cancel);
        var second = await Client.ApplyAsync(first, Cancel);
        var third = await Client.ApplyAsync(second, Cancel);

        Assert.Equal(1, third.Metadata.Generation);
        Assert.Equal(second.Metadata.ResourceVersion, third.Metadata.ResourceVersion);
    }

    private async Task<ModelVersion> QuickstartModelAsync() =>
        (await LoadAsync(Path.Combine("config", "samples", "quickstart", "models.yaml"))).OfType<ModelVersion>().First();

    private async Task<List<object>> LoadAsync(string sample)
    {
        var objects = KubernetesYaml.LoadAllFromString(await File.ReadAllTextAsync(Repository.File(sample), Cancel), Kinds);
        foreach (var loaded in objects.OfType<IKubernetesObject<V1ObjectMeta>>())
            loaded.Metadata.NamespaceProperty = _namespace!.Name;
        return objects;
    }
}
