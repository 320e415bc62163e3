using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Inference;

public class CrossEncoderLoaderTests
{
    [Theory]
    [InlineData("tiny", "model.onnx")]
    [InlineData("tiny", "model.int8.onnx")]
    [InlineData("base", "model.int8.onnx")]
    public void Load_DemoModel_PassesItsSelfTest(string name, string modelFile)
    {
        using var model = Golden.Load(name, modelFile, goldenPath: "golden.json");

        Assert.Equal(ExecutionProvider.CPU, model.ExecutionProvider);
        Assert.Equal(256, model.MaxInputTokens);
        Assert.Equal(Activation.Sigmoid, model.Activation);
    }

    [Fact]
    public void Load_Model_TellsItsStates()
    {
        using var folder = new TestModelFolder();
        var states = new List<ModelState>();

        using var model = folder.Load(OnnxModel.WithInput("input_ids"), entered: states.Add);

        Assert.Equal([ModelState.Loading, ModelState.WarmingUp], states);
    }

    [Fact]
    public void Load_OtherLogitInSimpleGoldenFile_NamesPairAndDifference()
    {
        using var folder = new TestModelFolder();
        folder.CopyTinyModel();
        var pair = Golden.Pairs("tiny")[0];
        folder.Write("own.json", $$"""
            [
              {"query": "{{pair.Query}}", "passage": "{{pair.Passage}}", "logit": {{pair.Logit}}},
              {"query": "{{pair.Query}}", "passage": "{{pair.Passage}}", "logit": {{pair.Logit + 0.5f}}}
            ]
            """);

        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(goldenPath: "own.json"));

        Assert.Equal(ModelFailure.GoldenMismatch, failure.Reason);
        Assert.Contains("golden pair 1 ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("difference of 0.5", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherIdsInGoldenFile_NamesThePair()
    {
        using var folder = new TestModelFolder();
        folder.CopyTinyModel();
        folder.Write("own.json", """[{"query": "linux", "passage": "kernel", "logit": 0, "input_ids": [2, 3]}]""");

        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(goldenPath: "own.json"));

        Assert.Equal(ModelFailure.GoldenMismatch, failure.Reason);
        Assert.Contains("tokens of golden pair 0", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", ModelFailure.GoldenMismatch)]
    [InlineData("{", ModelFailure.GoldenMismatch)]
    [InlineData("[null]", ModelFailure.GoldenMismatch)]
    [InlineData("""[{"query": "a"}]""", ModelFailure.GoldenMismatch)]
    [InlineData(null, ModelFailure.FileNotFound)]
    public void Load_UselessGoldenFile_SaysSo(string? content, string reason)
    {
        using var folder = new TestModelFolder();
        folder.CopyTinyModel();
        if (content is not null)
            folder.Write("own.json", content);

        Assert.Equal(reason, Assert.Throws<ModelLoadException>(() => folder.Load(goldenPath: "own.json")).Reason);
    }

    [Fact]
    public void Load_UnknownInput_NamesIt()
    {
        using var folder = new TestModelFolder();

        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(OnnxModel.WithInput("pixel_values")));

        Assert.Equal(ModelFailure.UnsupportedModel, failure.Reason);
        Assert.Contains("pixel_values", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MoreThanOneLabel_SaysHowMany()
    {
        using var folder = new TestModelFolder();

        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(OnnxModel.WithLabels(3)));

        Assert.Equal(ModelFailure.UnsupportedModel, failure.Reason);
        Assert.Contains("3 labels", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NeverFinite_IsNotServed()
    {
        using var folder = new TestModelFolder();

        Assert.Equal(ModelFailure.LoadFailed, Assert.Throws<ModelLoadException>(() => folder.Load(OnnxModel.NotANumber())).Reason);
    }

    [Fact]
    public void Load_MoreTokensThanPositions_IsNotServed()
    {
        using var folder = new TestModelFolder();
        folder.CopyTinyModel();

        var failure = Assert.Throws<ModelLoadException>(() => folder.Load(contract: new ModelContract { MaxInputTokens = 512 }));

        Assert.Equal(ModelFailure.LoadFailed, failure.Reason);
        Assert.Contains("512", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ProviderThatIsNotThere_SaysWhatIsMissing()
    {
        MachineWithoutCuda.Require();
        using var folder = new TestModelFolder();

        var failure = Assert.Throws<ModelLoadException>(() =>
            folder.Load(OnnxModel.WithInput("input_ids"), new ModelRuntime { ExecutionProviders = [ExecutionProvider.CUDA] }));

        Assert.Equal((ModelFailure.ProviderUnavailable, $"the model may run on CUDA only: {MachineWithoutCuda.Cause}"), (failure.Reason, failure.Message));
    }

    [Fact]
    public void Load_FirstProviderMissing_UsesTheNextAndSaysWhy()
    {
        MachineWithoutCuda.Require();
        using var folder = new TestModelFolder();

        using var model = folder.Load(
            OnnxModel.WithInput("input_ids"), new ModelRuntime { ExecutionProviders = [ExecutionProvider.CUDA, ExecutionProvider.CPU] });

        Assert.Equal((ExecutionProvider.CPU, "CPU", MachineWithoutCuda.Cause), (model.ExecutionProvider, model.ScoredBy, model.PassedOver));
    }

    [Fact]
    public void Load_FirstProviderWorks_SaysNothingOfTheOthers()
    {
        using var folder = new TestModelFolder();

        using var model = folder.Load(
            OnnxModel.WithInput("input_ids"), new ModelRuntime { ExecutionProviders = [ExecutionProvider.CPU, ExecutionProvider.CUDA] });

        Assert.Equal((ExecutionProvider.CPU, null), (model.ExecutionProvider, model.PassedOver));
    }

    [Theory]
    [InlineData(0.015f, true)]
    [InlineData(0.025f, false)]
    public async Task GoldenTest_OfRoundedProducts_AllowsWhatRoundingDoes(float difference, bool passes)
    {
        using var model = Golden.Load("tiny");
        var contract = Golden.Contract("tiny");
        var test = new GoldenTest(model, TokenizerFile.Load(Path.Combine(TestFiles.Model("tiny"), contract.TokenizerFile), contract.SpecialTokensInText), contract, isRounded: true);
        var pair = Golden.Pairs("tiny")[0];

        var failure = await Record.ExceptionAsync(() => test.RunAsync([pair with { Logit = pair.Logit + difference }], TestContext.Current.CancellationToken));

        Assert.Equal(passes, failure is null);
    }

    [Fact]
    public void Load_DamagedModel_SaysSo()
    {
        using var folder = new TestModelFolder();
        var whole = OnnxModel.WithInput("input_ids");
        for (var length = 0; length < whole.Length; length += 13)
        {
            var failure = Record.Exception(() => folder.Load(whole[..length]).Dispose());
            Assert.True(failure is null or ModelLoadException, $"{length} bytes: {failure}");
        }
    }
}
