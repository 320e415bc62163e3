using Rerank.Cli.Models;

namespace Rerank.Cli.Tests.Models;

public sealed class FileChoiceTests
{
    [Fact]
    public void Of_OneModel_IsTakenWithTokenizerAndGolden()
    {
        var choice = FileChoice.Of(["README.md", "golden.json", "model.int8.onnx", "tokenizer.json"], null, null);

        Assert.Equal(["model.int8.onnx", "tokenizer.json", "golden.json"], choice.All);
    }

    [Fact]
    public void Of_SeveralModels_TakesTheUsualOneWithItsData()
    {
        var choice = FileChoice.Of(["onnx/model.onnx", "onnx/model.onnx_data", "onnx/model_O4.onnx", "tokenizer.json"], null, null);

        Assert.Equal(["onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json"], choice.All);
        Assert.Null(choice.Golden);
    }

    [Fact]
    public void Of_TokenizerBesideTheModel_IsPreferred() =>
        Assert.Equal("onnx/tokenizer.json", FileChoice.Of(["onnx/model.onnx", "onnx/tokenizer.json", "tokenizer.json"], null, null).Tokenizer);

    [Theory]
    [InlineData("model.safetensors,tokenizer.json", null, "export the model to ONNX")]
    [InlineData("a.onnx,b.onnx,tokenizer.json", null, "choose one with --model-file: a.onnx, b.onnx")]
    [InlineData("a.onnx,tokenizer.json", "b.onnx", "--model-file b.onnx isn't among the files")]
    [InlineData("a.onnx,vocab.txt", null, "there is no tokenizer.json")]
    public void Of_SomethingMissing_SaysWhatToDo(string files, string? model, string expected) => Assert.Contains(
        expected, Assert.Throws<CommandFailure>(() => FileChoice.Of(files.Split(','), model, null)).Message, StringComparison.Ordinal);
}
