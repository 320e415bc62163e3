using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Tests.Inference;

public class ModelFolderTests
{
    [Theory]
    [InlineData("""{"max_position_embeddings": 512}""", """{"model_max_length": 1000000000000000019884624838656}""", 512)]
    [InlineData("""{"max_position_embeddings": 512}""", """{"model_max_length": 128}""", 128)]
    [InlineData("""{"max_position_embeddings": 514, "model_type": "xlm-roberta", "pad_token_id": 1}""", "{}", 512)]
    [InlineData("{}", """{"model_max_length": 256}""", 256)]
    public void ReadContract_Settings_GivesTokensThatTheModelReads(string config, string tokenizerConfig, int expected)
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", "");
        folder.Write("config.json", config);
        folder.Write("tokenizer_config.json", tokenizerConfig);

        Assert.Equal(expected, ModelFolder.ReadContract(folder.Path, modelFile: null).MaxInputTokens);
    }

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("[]", "{}")]
    [InlineData("{", "{}")]
    [InlineData("""{"max_position_embeddings": -5}""", "{}")]
    public void ReadContract_SettingsThatDontTell_SaysSo(string config, string tokenizerConfig)
    {
        using var folder = new TestModelFolder();
        folder.Write("model.onnx", "");
        folder.Write("config.json", config);
        folder.Write("tokenizer_config.json", tokenizerConfig);

        Assert.Equal(ModelFailure.UnsupportedModel, Assert.Throws<ModelLoadException>(() => ModelFolder.ReadContract(folder.Path, modelFile: null)).Reason);
    }

    [Fact]
    public void ReadContract_OnlyOneModelFile_IsTheModel()
    {
        Assert.Equal("model.int8.onnx", ModelFolder.ReadContract(TestFiles.Model("base"), modelFile: null).ModelFile);
        Assert.Equal("model.onnx", ModelFolder.ReadContract(TestFiles.Model("tiny"), modelFile: null).ModelFile);
    }

    [Fact]
    public void ReadContract_NoModelFile_SaysSo()
    {
        using var folder = new TestModelFolder();

        Assert.Equal(ModelFailure.FileNotFound, Assert.Throws<ModelLoadException>(() => ModelFolder.ReadContract(folder.Path, modelFile: null)).Reason);
    }
}
