using System.Text.Json.Nodes;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.Operator.Tests.World;
using Rerank.Router.Tests.Stubs;
using Rerank.TestKit;

namespace Rerank.Bounds.Tests;

/// <summary>Every pipeline that the repository shows is one that a router serves.</summary>
public sealed class SampleTests
{
    private static readonly string[] Folders = ["tests/Repo.Tests/Samples/accepted", "tests/Repo.Tests/Samples/updates/accepted", "config/samples"];

    public static TheoryData<string> Files =>
    [
        .. Folders.SelectMany(folder => Directory.EnumerateFiles(Repository.File(folder), "*.yaml", SearchOption.AllDirectories))
            .Where(file => Documents(file).Any(d => IsOf(d, RerankPipeline.KubeKind)))
            .Select(file => Path.GetRelativePath(Repository.File("."), file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Sample_OfAPipeline_IsServedByARouter(string file)
    {
        var folder = Path.GetDirectoryName(Repository.File(file))!;
        var models = Directory.EnumerateFiles(folder, "*.yaml").SelectMany(Documents)
            .Where(d => IsOf(d, ModelVersion.KubeKind))
            .Select(d => Admission.Admit<ModelVersion>(d, null, out _))
            .OfType<ModelVersion>()
            .ToLookup(m => m.Metadata.Name);
        await using var host = await StubHost.StartAsync("any");
        foreach (var sample in Documents(Repository.File(file)).Where(d => IsOf(d, RerankPipeline.KubeKind)))
        {
            var pipeline = Admission.Admit<RerankPipeline>(sample, null, out var errors);
            Assert.True(pipeline is not null, string.Join("; ", errors));
            pipeline.Metadata.NamespaceProperty ??= "shop";
            var snapshot = Planned.Desired(pipeline, name => models[name].FirstOrDefault() ?? Samples.Model(name));
            // Before it, something else served.
            var other = Planned.Of(Planned.Desired(Samples.TwoTiers(), name => Samples.Model(name)), pipeline, [], name => models[name].FirstOrDefault() ?? Samples.Model(name));
            Assert.Empty(other.Refusals());

            var alone = Planned.Of(snapshot, pipeline, [], name => models[name].FirstOrDefault() ?? Samples.Model(name));
            foreach (var tier in snapshot.Tiers.Where(t => t.Model is not null))
                host.Digests.Add(tier.Model!.Model.Digest);
            var table = alone.Table with
            {
                Clusters = [.. alone.Table.Clusters.Select(c => c with { Addresses = [host.Address] })],
                Peers = [],
                // Some samples have limits that a busy machine misses.
                Stable = alone.Table.Stable with { Policy = alone.Table.Stable.Policy with { RequestTimeoutMilliseconds = 60_000 } },
            };
            await using var router = await RunningRouter.StartAsync(table);

            (await router.CohereAsync("which", ["any=-2", "any=3", "any=0.5"])).HasOrder(1, 2, 0);
        }
    }

    private static bool IsOf(JsonObject document, string kind) => (string?)document["kind"] == kind;

    private static IEnumerable<JsonObject> Documents(string file) => YamlReader.Read(File.ReadAllText(file)).Select(d => d.AsObject());
}
