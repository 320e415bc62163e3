using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Crds;

/// <summary>What the documentation tells people to apply.</summary>
public class ConfigSampleTests
{
    public static TheoryData<string> Files => [.. SourceFiles.Below("config/samples", "*.yaml")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Sample_OfConfig_IsAccepted(string file) =>
        Assert.Empty(Sample.Read(file).SelectMany(document => Sample.Admit(document)).Select(error => error.ToString()));

    [Fact]
    public void Quickstart_Digests_AreThoseOfTheBundledModels()
    {
        var versions = SourceFiles.Below("config/samples/quickstart", "*.yaml").SelectMany(Sample.Read)
            .Where(document => (string?)document["kind"] == "ModelVersion").ToList();

        Assert.NotEmpty(versions);
        foreach (var artifact in versions.Select(version => version["spec"]!["artifact"]!))
            foreach (var file in artifact["files"]!.AsArray())
            {
                var path = Repository.File("models", (string)artifact["source"]!["bundled"]!["name"]!, (string)file!["path"]!);
                Assert.Equal((string?)file["sha256"], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
            }
    }

    [Fact]
    public void Pipelines_OfASample_ReferToItsModels()
    {
        foreach (var folder in new[] { "quickstart", "huggingface", "canary" })
        {
            var documents = SourceFiles.Below($"config/samples/{folder}", "*.yaml").SelectMany(Sample.Read).ToList();
            var names = documents.Where(document => (string?)document["kind"] == "ModelVersion").Select(document => (string?)document["metadata"]!["name"]);
            var references = documents.Where(document => (string?)document["kind"] == "RerankPipeline")
                .SelectMany(pipeline => pipeline["spec"]!["tiers"]!.AsArray())
                .Select(tier => (string?)(tier!["model"] as JsonObject)?["modelVersionRef"]!["name"])
                .Where(name => name is not null);
            Assert.Empty(references.Except(names));
        }
    }
}
