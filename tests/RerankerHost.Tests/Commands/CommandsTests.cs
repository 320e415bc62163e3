using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Commands;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Commands;

public class CommandsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokenize_Lines_OneAnswerEach()
    {
        var (code, output, error) = await TokenizeAsync("{\"query\":\"linux\",\"passage\":\"kernel\"}\n\n{\"passage\":\"kernel\"}\n{\"query\":\"kernel\"}\n");

        Assert.Equal((JsonLines.Success, ""), (code, error));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("""{"ids":[2,778,3,1121,3],"types":[0,0,0,1,1]}""", lines[0]);
        Assert.Equal("""{"ids":[2,1121,3],"types":[0,0,0]}""", lines[1]);
        Assert.Equal(lines[1], lines[2]);
    }

    [Fact]
    public async Task Tokenize_MaxTokens_Cuts()
    {
        var (_, output, _) = await TokenizeAsync("""{"query":"linux","passage":"kernel image viewer"}""", maxTokens: 6);

        Assert.Equal("""{"ids":[2,778,3,1121,913,3],"types":[0,0,0,1,1,1]}""", output.Trim());
    }

    [Theory]
    [InlineData("{\"query\":\"a\"}\nnot json", "line 2: ")]
    [InlineData("{}", "line 1: neither query nor passage")]
    [InlineData("null", "line 1: null")]
    [InlineData("{\"qeury\":\"a\"}", "line 1: ")]
    public async Task Tokenize_BadLine_NamesItAndFails(string input, string expected)
    {
        var (code, _, error) = await TokenizeAsync(input);

        Assert.Equal(JsonLines.InvalidInput, code);
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task Tokenize_NoRoomForText_Fails(int maxTokens)
    {
        Assert.Equal(JsonLines.InvalidModel, (await TokenizeAsync("{\"query\":\"a\"}", maxTokens)).Code);
    }

    [Fact]
    public async Task Score_Lines_GivesLogits()
    {
        var pair = Inference.Golden.Pairs("tiny")[0];
        var line = JsonSerializer.Serialize(new { query = pair.Query, passage = pair.Passage });

        var (code, output, error) = await ScoreAsync(TestFiles.Model("tiny"), null, line);

        Assert.Equal((JsonLines.Success, ""), (code, error));
        using var answer = JsonDocument.Parse(output);
        Assert.Equal(pair.Logit, answer.RootElement.GetProperty("logit").GetSingle(), 1e-4f);
    }

    [Fact]
    public async Task Score_OtherModelFile_UsesIt()
    {
        var pair = Inference.Golden.Pairs("tiny")[0];
        var line = JsonSerializer.Serialize(new { query = pair.Query, passage = pair.Passage });

        var (_, output, _) = await ScoreAsync(TestFiles.Model("tiny"), "model.int8.onnx", line);

        using var answer = JsonDocument.Parse(output);
        Assert.Equal(pair.LogitInt8!.Value, answer.RootElement.GetProperty("logit").GetSingle(), 1e-3f);
    }

    [Fact]
    public async Task Score_PassageMissing_NamesTheLine()
    {
        var (code, _, error) = await ScoreAsync(TestFiles.Model("tiny"), null, "{\"query\":\"a\"}");

        Assert.Equal(JsonLines.InvalidInput, code);
        Assert.StartsWith("line 1: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NoModel_SaysSo()
    {
        var (code, _, error) = await ScoreAsync(Repository.File("no-such-folder"), null, "");

        Assert.Equal(JsonLines.InvalidModel, code);
        Assert.StartsWith("FileNotFound: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Golden_OfAModel_IsPassedByIt()
    {
        using var folder = new Inference.TestModelFolder();
        folder.CopyTinyModel();

        var (code, output, error) = await GoldenAsync(folder.Path);

        Assert.Equal((JsonLines.Success, ""), (code, error));
        Assert.Contains("18 pairs", output, StringComparison.Ordinal);
        using var model = folder.Load(goldenPath: "golden.json");
        var pairs = Rerank.RerankerHost.Inference.GoldenFile.Read(Path.Combine(folder.Path, "golden.json"));
        Assert.Equal(18, pairs.Count);
        Assert.True(pairs.Select(pair => pair.Logit).Distinct().Count() > 10);
    }

    [Fact]
    public async Task Golden_OfTheFirstToken_IsPassedByTheSameOnly()
    {
        using var folder = new Inference.TestModelFolder();
        File.Copy(Path.Combine(TestFiles.Model("tiny"), "model.int8.onnx"), Path.Combine(folder.Path, "model.onnx"));
        var runtime = new ModelRuntime { LastLayer = LastLayer.FirstToken };

        var (code, _, error) = await GoldenAsync(folder.Path, new GoldenRequest { Directory = folder.Path, Output = "golden.json", Runtime = runtime });

        Assert.Equal((JsonLines.Success, ""), (code, error));
        using var model = folder.Load(runtime, goldenPath: "golden.json");
        var failure = Assert.Throws<Rerank.RerankerHost.Inference.ModelLoadException>(() => folder.Load(goldenPath: "golden.json"));
        Assert.Equal(ModelFailure.GoldenMismatch, failure.Reason);
        Assert.EndsWith("lastLayer is AllTokens, and the file must be made with the same", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Golden_FileIsThere_IsLeftAloneUnlessForced()
    {
        using var folder = new Inference.TestModelFolder();
        folder.CopyTinyModel();
        folder.Write("golden.json", "[]");
        folder.Write("pairs.jsonl", """{"query":"linux","passage":"kernel"}""");
        var request = new GoldenRequest { Directory = folder.Path, Output = "golden.json", PairsFile = Path.Combine(folder.Path, "pairs.jsonl") };

        var refused = await GoldenAsync(folder.Path, request);
        Assert.Equal(JsonLines.InvalidInput, refused.Code);
        Assert.Contains("golden.json", refused.Error, StringComparison.Ordinal);
        Assert.Equal("[]", await File.ReadAllTextAsync(Path.Combine(folder.Path, "golden.json"), Cancellation));

        var forced = await GoldenAsync(folder.Path, request with { Overwrite = true });
        Assert.Equal((JsonLines.Success, ""), (forced.Code, forced.Error));
        using var model = folder.Load(goldenPath: "golden.json");
    }

    [Theory]
    [InlineData("{\"query\":\"a\"}", "pair 1 must have query and passage")]
    [InlineData("", "holds no pairs")]
    public async Task Golden_BadPairs_SaysSo(string pairs, string expected)
    {
        using var folder = new Inference.TestModelFolder();
        folder.CopyTinyModel();
        folder.Write("pairs.jsonl", pairs);

        var (code, _, error) = await GoldenAsync(
            folder.Path, new GoldenRequest { Directory = folder.Path, Output = "own.json", PairsFile = Path.Combine(folder.Path, "pairs.jsonl") });

        Assert.Equal(JsonLines.InvalidInput, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> GoldenAsync(string directory, GoldenRequest? request = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await GoldenCommand.RunAsync(request ?? new GoldenRequest { Directory = directory, Output = "golden.json" }, output, error, Cancellation);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<(int Code, string Output, string Error)> TokenizeAsync(string input, int maxTokens = int.MaxValue)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await TokenizeCommand.RunAsync(TestFiles.Model("tiny"), maxTokens, SpecialTokensInText.PlainText, new StringReader(input), output, error, Cancellation);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task<(int Code, string Output, string Error)> ScoreAsync(string directory, string? modelFile, string input)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await ScoreCommand.RunAsync(directory, modelFile, new ModelRuntime(), new StringReader(input), output, error, Cancellation);
        return (code, output.ToString(), error.ToString());
    }
}
