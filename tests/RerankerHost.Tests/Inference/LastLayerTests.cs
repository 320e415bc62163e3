using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Graphs;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Inference;

public class LastLayerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Auto_FloatModel_ComputesTheFirstTokenAndTheSameScores()
    {
        using var all = Golden.Load("tiny", "model.onnx", lastLayer: LastLayer.AllTokens);
        using var first = Golden.Load("tiny", "model.onnx");

        Assert.Equal(LastLayer.AllTokens, all.LastLayer);
        Assert.Equal(LastLayer.FirstToken, first.LastLayer);
        await AssertWithin(1e-5f, all, first);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("base")]
    public async Task Auto_DynamicallyQuantizedModel_IsAsItIs(string name)
    {
        using var all = Golden.Load(name, "model.int8.onnx", lastLayer: LastLayer.AllTokens);
        using var auto = Golden.Load(name, "model.int8.onnx");

        Assert.Equal(LastLayer.AllTokens, auto.LastLayer);
        await AssertWithin(0, all, auto);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("base")]
    public async Task FirstToken_DynamicallyQuantizedModel_ChangesLessThanQuantizingDoes(string name)
    {
        using var all = Golden.Load(name, "model.int8.onnx", lastLayer: LastLayer.AllTokens);
        using var first = Golden.Load(name, "model.int8.onnx", lastLayer: LastLayer.FirstToken);

        Assert.Equal(LastLayer.FirstToken, first.LastLayer);
        var (floats, ints, rows) = (Golden.Pairs(name).Select(pair => pair.Logit), await LogitsAsync(all, name), await LogitsAsync(first, name));
        var quantizing = floats.Zip(ints, (a, b) => Math.Abs(a - b)).Average();
        var rounding = ints.Zip(rows, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(rounding, 1e-6, quantizing / 10);
    }

    [Fact]
    public void FirstToken_NothingToSave_SaysSo()
    {
        using var folder = new TestModelFolder();

        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(OnnxModel.WithInput("input_ids"), new ModelRuntime { LastLayer = LastLayer.FirstToken }));

        Assert.Equal(ModelFailure.UnsupportedModel, failure.Reason);
        Assert.Contains("lastLayer is FirstToken", failure.Message, StringComparison.Ordinal);
        Assert.Contains("model.onnx", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_FileIsALink_ReadsWeightsWhereItLeads()
    {
        // As in the cache of Hugging Face's hub.
        using var folder = new TestModelFolder();
        using var blobs = new TestModelFolder();
        File.Copy(Path.Combine(TestFiles.Model("tiny"), "model.onnx"), Path.Combine(blobs.Path, "0123abcd"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "model.onnx"), Path.Combine(blobs.Path, "0123abcd"));
        using var all = Golden.Load("tiny", "model.onnx", lastLayer: LastLayer.AllTokens);

        using var linked = folder.Load();

        Assert.Equal(LastLayer.FirstToken, linked.LastLayer);
        await AssertWithin(1e-5f, all, linked);
    }

    [Fact]
    public async Task Auto_WeightsInAnotherFile_LoadsThem()
    {
        using var folder = new TestModelFolder();
        folder.CopyTinyModel();
        WriteGraphOf(folder, "graph.onnx");
        using var all = Golden.Load("tiny", "model.onnx", lastLayer: LastLayer.AllTokens);

        using var model = folder.Load(contract: Golden.Contract("tiny", "model.onnx") with { ModelFile = "graph.onnx" });

        Assert.Equal(LastLayer.FirstToken, model.LastLayer);
        await AssertWithin(1e-5f, all, model);
    }

    [Fact]
    public async Task Auto_GraphIsALinkAndWeightsAreNot_LoadsTheFileAsItIs()
    {
        using var folder = new TestModelFolder();
        using var blobs = new TestModelFolder();
        folder.CopyTinyModel();
        WriteGraphOf(folder, "graph.onnx");
        File.Move(Path.Combine(folder.Path, "graph.onnx"), Path.Combine(blobs.Path, "0123abcd"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "graph.onnx"), Path.Combine(blobs.Path, "0123abcd"));
        using var all = Golden.Load("tiny", "model.onnx", lastLayer: LastLayer.AllTokens);

        using var model = folder.Load(contract: Golden.Contract("tiny", "model.onnx") with { ModelFile = "graph.onnx" });

        Assert.Equal(LastLayer.AllTokens, model.LastLayer);
        await AssertWithin(0, all, model);
    }

    [Theory]
    [InlineData(LastLayer.Auto, "model.onnx")]
    [InlineData(LastLayer.FirstToken, "model.int8.onnx")]
    public async Task OfACopy_FileWrittenInto_ScoresAreStillTheModels(LastLayer lastLayer, string file)
    {
        using var folder = new TestModelFolder();
        using var copies = new TestFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.Copy(Path.Combine(TestFiles.Model("tiny"), file), path);
        using var model = folder.Load(new ModelRuntime { LastLayer = lastLayer }, copies: new PrivateCopies(copies.Path, TimeProvider.System));
        using var same = Golden.Load("tiny", file, lastLayer: LastLayer.FirstToken);
        Assert.Equal(LastLayer.FirstToken, model.LastLayer);

        // As cp does: the same file, with other content, and a moment of none.
        await File.WriteAllBytesAsync(path, new byte[new FileInfo(path).Length], Cancellation);
        File.Delete(path);

        await AssertWithin(0, same, model);
        Assert.Empty(Directory.GetFileSystemEntries(copies.Path));
    }

    [Fact]
    public async Task OfACopy_NoneCanBeMade_AutoTakesTheModelAsItIs()
    {
        using var folder = new TestModelFolder();
        folder.CopyTinyModel();
        folder.Write("occupied", "");
        var copies = new PrivateCopies(Path.Combine(folder.Path, "occupied"), TimeProvider.System);
        using var all = Golden.Load("tiny", "model.onnx", lastLayer: LastLayer.AllTokens);

        using var model = folder.Load(copies: copies);

        Assert.Equal(LastLayer.AllTokens, model.LastLayer);
        await AssertWithin(0, all, model);
        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(new ModelRuntime { LastLayer = LastLayer.FirstToken }, copies: copies));
        Assert.Contains("model directory", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_OfAProcessThatEnded_AreDeletedAfterAnHour()
    {
        using var folder = new TestFolder();
        folder.Write("copies/left/model.onnx", [1]);
        folder.Write("model.onnx", [2]);
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        time.SetUtcNow(Directory.GetCreationTimeUtc(folder["copies/left"]));
        var copies = new PrivateCopies(folder["copies"], time);

        copies.Make(folder["model.onnx"]).Dispose();
        Assert.True(File.Exists(folder["copies/left/model.onnx"]));

        time.Advance(TimeSpan.FromMinutes(61));
        using var copy = copies.Make(folder["model.onnx"]);
        Assert.Equal([Path.GetDirectoryName(copy.Path)!], Directory.GetDirectories(folder["copies"]));
        Assert.Equal([2], File.ReadAllBytes(copy.Path));
    }

    /// <summary>A model whose weights are in model.onnx.</summary>
    private static void WriteGraphOf(TestModelFolder folder, string name) =>
        File.WriteAllBytes(Path.Combine(folder.Path, name), ModelGraph.Read(Path.Combine(folder.Path, "model.onnx"))!.ToByteArray());

    private static async Task AssertWithin(float tolerance, ICrossEncoder expected, ICrossEncoder actual)
    {
        foreach (var (a, b) in (await LogitsAsync(expected)).Zip(await LogitsAsync(actual)))
            Assert.InRange(b, a - tolerance, a + tolerance);
    }

    private static async Task<float[]> LogitsAsync(ICrossEncoder model, string pairs = "tiny")
    {
        var logits = new List<float>();
        foreach (var pair in Golden.Pairs(pairs))
            logits.Add((await model.ScoreAsync(pair.Query, [pair.Passage], new PairOptions(), Cancellation))[0].Logit);
        return [.. logits];
    }
}
