using System.Text.Json.Nodes;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Runtime.Crds.Validation;
using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Repo.Tests.Crds;

/// <summary>The committed CRDs, as an API server sees them.</summary>
public class KubernetesValidationTests
{
    [Fact]
    public async Task Crds_InApiServer_AreValidAndCheapEnough()
    {
        var verdicts = await CrdCheck.RunAsync("--accept");

        Assert.Equal(2, verdicts.Count);
        Assert.All(verdicts, verdict => Assert.EndsWith(": valid", verdict, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AcceptedSamples_InApiServer_AreAccepted()
    {
        var files = Sample.Accepted.Concat(SourceFiles.Below("config/samples", "*.yaml")).ToList();

        var verdicts = await CrdCheck.RunAsync("--accept", files);

        Assert.DoesNotContain(verdicts, verdict => verdict.Contains(": rejected", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Contains(verdicts, verdict => verdict.StartsWith($"{file}: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RejectedSamples_InApiServer_AreRejectedWithTheirMessage()
    {
        var verdicts = (await CrdCheck.RunAsync("--reject", Sample.Rejected)).ToLookup(verdict => verdict.Split(": ")[0]);

        var unexpected = Sample.Rejected.Where(file =>
            !verdicts[file].Any(verdict => verdict.Contains(": rejected: ", StringComparison.Ordinal)
                && verdict.Contains(Sample.ExpectedMessage(file), StringComparison.Ordinal)));
        Assert.Empty(unexpected);
    }

    [Fact]
    public async Task Updates_InApiServer_AreAcceptedOrRejectedWithTheirMessage()
    {
        foreach (var file in Sample.AcceptedUpdates)
            Assert.EndsWith(": accepted", (await CrdCheck.RunAsync("--update", Sample.OldOf(file), file))[^1], StringComparison.Ordinal);
        foreach (var file in Sample.RejectedUpdates)
            Assert.Contains(
                await CrdCheck.RunAsync("--update", Sample.OldOf(file), file),
                verdict => verdict.Contains($": rejected: {Sample.ExpectedMessage(file)}", StringComparison.Ordinal));
    }

    /// <summary>Local mode fills in what an API server does.</summary>
    [Fact]
    public async Task Defaults_OfApiServerAndLocalMode_AreTheSame()
    {
        foreach (var file in Sample.Accepted)
        {
            var output = await CrdCheck.RunAsync("--default", file);
            var stored = YamlReader.Read(string.Join('\n', output.SkipWhile(line => line != "---"))).Single();

            var sent = Sample.Read(file).Single();
            var entity = (string?)sent["kind"] == ModelVersion.KubeKind ? typeof(ModelVersion) : typeof(RerankPipeline);
            var complete = SchemaDefaults.Apply(CrdWriter.WriteSchema(entity, docs: null), sent);
            Assert.True(JsonNode.DeepEquals(stored, complete), $"{file}: {complete!.ToJsonString()} is not {stored.ToJsonString()}");
        }
    }
}
