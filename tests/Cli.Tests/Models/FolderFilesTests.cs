using Rerank.Cli.Models;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Models;

public sealed class FolderFilesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What the command writes for the model of the quickstart is what the quickstart has.</summary>
    [Fact]
    public async Task Write_BundledModel_IsTheSample()
    {
        var files = new FolderFiles(new(Repository.File("models", "base")), FolderSource.Of(claim: null, http: null, bundled: "base"));

        var manifest = await ModelManifest.WriteAsync(new("base"), files, Cancel);

        var sample = (await File.ReadAllTextAsync(Repository.File("config", "samples", "quickstart", "models.yaml"), Cancel)).Split("---\n")[1];
        Assert.Equal(sample, YamlText.Write(manifest));
    }

    [Fact]
    public async Task List_NoFolder_SaysSo() => Assert.Contains(
        "doesn't exist",
        (await Assert.ThrowsAsync<CommandFailure>(() => new FolderFiles(new("/nowhere/at/all"), []).ListAsync(Cancel))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("models", null, null, """{"persistentVolumeClaim":{"claimName":"models"}}""")]
    [InlineData("models/rerankers/tiny/", null, null, """{"persistentVolumeClaim":{"claimName":"models","path":"rerankers/tiny"}}""")]
    [InlineData(null, "https://models.example.com/tiny/", null, """{"http":{"baseURL":"https://models.example.com/tiny"}}""")]
    [InlineData(null, null, "tiny", """{"bundled":{"name":"tiny"}}""")]
    public void Source_OfOneOption_IsThatSource(string? claim, string? http, string? bundled, string expected) =>
        Assert.Equal(expected, FolderSource.Of(claim, http, bundled).ToJsonString());

    [Theory]
    [InlineData(null, null)]
    [InlineData("models", "tiny")]
    public void Source_OfNoneOrTwo_SaysWhatToChoose(string? claim, string? bundled) => Assert.Contains(
        "--claim CLAIM[/PATH], --http URL and --bundled NAME",
        Assert.Throws<CommandFailure>(() => FolderSource.Of(claim, http: null, bundled)).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Write_EveryOption_IsInTheContract()
    {
        var files = new MemoryFiles(new Dictionary<string, string> { ["a.onnx"] = "", ["b.onnx"] = "", ["t/tok.json"] = "" });

        var manifest = await ModelManifest.WriteAsync(
            new("m", "ns")
            {
                ModelFile = "b.onnx",
                TokenizerFile = "t/tok.json",
                MaxInputTokens = 128,
                Truncation = "OnlySecond",
                SpecialTokensInText = "Parse",
                Activation = "Identity",
                ExecutionProviders = ["CUDA", "CPU"],
                LastLayer = "FirstToken",
            },
            files,
            Cancel);

        Assert.Equal(
            """{"modelFile":"b.onnx","tokenizerFile":"t/tok.json","maxInputTokens":128,"truncation":"OnlySecond","specialTokensInText":"Parse","activation":"Identity"}""",
            manifest["spec"]!["contract"]!.ToJsonString());
        Assert.Equal("""{"executionProviders":["CUDA","CPU"],"lastLayer":"FirstToken"}""", manifest["spec"]!["runtime"]!.ToJsonString());
    }
}
