using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Models;

public sealed class ModelSetDocumentTests
{
    [Fact]
    public void Read_ValidSet_IsAccepted() => Assert.Equal(3, ModelSetDocument.Read(Bytes(Valid())).Generation);

    [Theory]
    [InlineData("generation", "0", "generation")]
    [InlineData("pipeline", "\"\"", "pipeline")]
    [InlineData("unknown", "1", "unknown")]
    [InlineData("models/0/name", "\"../x\"", "models[0].name")]
    [InlineData("models/0/digest", "\"sha256:ABC\"", "models[0].digest")]
    [InlineData("models/0/source", "{}", "models[0].source")]
    [InlineData("models/0/source/bundled", "{\"name\":\"a\"}", "models[0].source")]
    [InlineData("models/0/source", "{\"bundled\":{\"name\":\"..\"}}", "models[0].source.bundled.name")]
    [InlineData("models/0/source", "{\"directory\":{\"path\":\"claim/../../b\"}}", "models[0].source.directory.path")]
    [InlineData("models/0/source", "{\"directory\":{\"path\":\"/a/../b\"}}", "models[0].source.directory.path")]
    [InlineData("models/0/source", "{\"http\":{\"baseUrl\":\"ftp://x\"}}", "models[0].source.http.baseUrl")]
    [InlineData("models/0/source", "{\"http\":{\"baseUrl\":\"https://user:pass@x\"}}", "models[0].source.http.baseUrl")]
    [InlineData("models/0/source", "{\"http\":{\"baseUrl\":\"https://x/?a=b\"}}", "models[0].source.http.baseUrl")]
    [InlineData("models/0/source/huggingFace/revision", "\"main\"", "models[0].source.huggingFace.revision")]
    [InlineData("models/0/source/huggingFace/repository", "\"../x\"", "models[0].source.huggingFace.repository")]
    [InlineData("models/0/files", "[]", "models[0].files")]
    [InlineData("models/0/files/0/path", "\"../model.onnx\"", "models[0].files[0].path")]
    [InlineData("models/0/files/0/path", "\"/model.onnx\"", "models[0].files[0].path")]
    [InlineData("models/0/files/0/path", "\"a\\\\b\"", "models[0].files[0].path")]
    [InlineData("models/0/files/0/path", "\"tokenizer.json\"", "models[0].files[1].path")]
    [InlineData("models/0/files/0/sha256", "\"12\"", "models[0].files[0].sha256")]
    [InlineData("models/0/contract/modelFile", "\"other.onnx\"", "models[0].contract.modelFile")]
    [InlineData("models/0/contract/maxInputTokens", "0", "models[0].contract.maxInputTokens")]
    [InlineData("models/0/runtime/executionProviders", "[]", "models[0].runtime.executionProviders")]
    [InlineData("models/0/goldenPath", "\"golden.json\"", "models[0].goldenPath")]
    [InlineData("models/1/name", "\"a\"", "models[1].name")]
    [InlineData("credentials", "{\"c\":{\"bearerToken\":\"x\"}}", "credentials.c")]
    [InlineData("credentials", "{\"a\":{\"bearerToken\":\"x\",\"username\":\"u\",\"password\":\"p\"}}", "credentials.a")]
    [InlineData("credentials", "{\"a\":{\"username\":\"u\"}}", "credentials.a")]
    [InlineData("credentials", "{\"a\":{\"bearerToken\":\"x\\r\\nHost: y\"}}", "credentials.a")]
    public void Read_BrokenRule_NamesTheField(string path, string value, string field)
    {
        var set = Valid();
        JsonNode parent = set;
        var steps = path.Split('/');
        foreach (var step in steps[..^1])
            parent = int.TryParse(step, out var index) ? parent[index]! : parent[step]!;
        parent[steps[^1]] = JsonNode.Parse(value);

        var e = Assert.Throws<InvalidModelSetException>(() => ModelSetDocument.Read(Bytes(set)));

        Assert.Contains(field, e.Message);
    }

    [Fact]
    public void SameContent_OtherCredentials_IsTheSame()
    {
        var set = ModelSetDocument.Read(Bytes(Valid()));
        var other = set with { Credentials = new Dictionary<string, SourceCredential> { ["a"] = new() { BearerToken = "x" } } };

        Assert.True(ModelSetDocument.SameContent(set, other));
        Assert.False(ModelSetDocument.SameContent(set, set with { Pipeline = "other/one" }));
    }

    private static JsonObject Valid()
    {
        var source = new ModelSource { HuggingFace = new HuggingFaceSource("org/model", new string('a', 40), "https://hub.example") };
        var set = RunningHost.Set(3, TestModel.Named("a").From(source), TestModel.Named("b").From(source));
        return (JsonObject)JsonNode.Parse(JsonSerializer.Serialize(set, ContractsJson.Default.ModelSet))!;
    }

    private static byte[] Bytes(JsonObject set) => Encoding.UTF8.GetBytes(set.ToJsonString());
}
