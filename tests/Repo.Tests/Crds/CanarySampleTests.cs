using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Rerank.DisturbModel;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Crds;

/// <summary>The models of config/samples/canary are not in the repository: its script makes them, the same bytes on every machine.</summary>
public sealed partial class CanarySampleTests
{
    [Fact]
    public void Models_ThatTheScriptMakes_HaveTheDigestsOfTheSample()
    {
        var script = File.ReadAllText(Repository.File("config", "samples", "canary", "models.sh"));
        var noise = Noise().Match(script);
        Assert.True(noise.Success, script);
        var tiny = Repository.File("models", "tiny");
        var worse = Disturbance.Noise(
            OnnxFile.Read(File.ReadAllBytes(Path.Combine(tiny, "model.onnx"))), noise.Groups["tensor"].Value, int.Parse(noise.Groups["permille"].Value), seed: 1);

        var files = Sample.Read("config/samples/canary/models.yaml").ToDictionary(
            model => (string)model["metadata"]!["name"]!,
            model => model["spec"]!["artifact"]!["files"]!.AsArray().ToDictionary(file => (string)file!["path"]!, file => (string)file!["sha256"]!));

        Assert.Equal(Digest(worse.ToBytes()), files["worse"]["model.onnx"]);
        Assert.Equal(Digest(File.ReadAllBytes(Path.Combine(tiny, "model.onnx"))), files["tiny"]["model.onnx"]);
        Assert.Equal(Digest(File.ReadAllBytes(Path.Combine(tiny, "model.int8.onnx"))), files["tiny-int8"]["model.int8.onnx"]);
        Assert.All(files.Values, model => Assert.Equal(Digest(File.ReadAllBytes(Path.Combine(tiny, "tokenizer.json"))), model["tokenizer.json"]));
    }

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    [GeneratedRegex(@"-- noise models/tiny \S+ --tensor (?<tensor>\S+) --permille (?<permille>\d+)\s*$")]
    private static partial Regex Noise();
}
