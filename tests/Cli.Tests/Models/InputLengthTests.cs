using Rerank.Cli.Models;

namespace Rerank.Cli.Tests.Models;

public sealed class InputLengthTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"model_max_length": 512}""", """{"max_position_embeddings": 1024}""", 512)]
    [InlineData("""{"model_max_length": 1000000000000000019884624838656}""", """{"max_position_embeddings": 512}""", 512)]
    [InlineData("""{}""", """{"model_type": "xlm-roberta", "max_position_embeddings": 514}""", 512)]
    [InlineData("""{"model_max_length": 32768}""", """{"max_position_embeddings": 32768}""", 8192)]
    public async Task Read_Configurations_TakesTheSmallestLimit(string tokenizer, string model, int expected) =>
        Assert.Equal(expected, await ReadAsync(new() { ["tokenizer_config.json"] = tokenizer, ["config.json"] = model }));

    [Fact]
    public async Task Read_NoLimit_AsksForTheOption() =>
        Assert.Contains("--max-input-tokens", (await Assert.ThrowsAsync<CommandFailure>(() => ReadAsync([]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Read_BrokenJson_SaysWhichFile() => Assert.Contains(
        "config.json isn't JSON",
        (await Assert.ThrowsAsync<CommandFailure>(() => ReadAsync(new() { ["config.json"] = "{" }))).Message,
        StringComparison.Ordinal);

    private static async Task<int> ReadAsync(Dictionary<string, string> texts)
    {
        var files = new MemoryFiles(texts);
        return await InputLength.ReadAsync(files, await files.ListAsync(Cancel), Cancel);
    }
}
