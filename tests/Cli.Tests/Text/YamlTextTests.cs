using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Rerank.Cli.Text;
using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Cli.Tests.Text;

public sealed class YamlTextTests
{
    [Fact]
    public void Write_Manifest_IsInTheOrderGiven() => Assert.Equal(
        """
        kind: ModelVersion
        metadata:
          name: tiny
        spec:
          files:
          - path: model.onnx
            sha256: "0000000000000000000000000000000000000000000000000000000000000000"
          - path: tokenizer.json
            sha256: ab00000000000000000000000000000000000000000000000000000000000000
          providers:
          - CPU
          maxInputTokens: 256
          empty: {}

        """.ReplaceLineEndings("\n"),
        YamlText.Write(new()
        {
            ["kind"] = "ModelVersion",
            ["metadata"] = new JsonObject { ["name"] = "tiny" },
            ["spec"] = new JsonObject
            {
                ["files"] = new JsonArray(
                    new JsonObject { ["path"] = "model.onnx", ["sha256"] = new string('0', 64) },
                    new JsonObject { ["path"] = "tokenizer.json", ["sha256"] = "ab" + new string('0', 62) }),
                ["providers"] = new JsonArray("CPU"),
                ["maxInputTokens"] = 256,
                ["empty"] = new JsonObject(),
            },
        }));

    [Theory]
    [InlineData("yes")]
    [InlineData("1e5")]
    [InlineData("2020-01-01")]
    [InlineData("12:30:45")]
    [InlineData("a: b")]
    [InlineData("# no comment")]
    [InlineData("~")]
    [InlineData("line\nbreak")]
    [InlineData("http://127.0.0.1:8080/models")]
    public void Write_AwkwardWord_IsReadBackAsThatWord(string word) => Assert.True(IsReadBack(word));

    [Fact]
    public void Write_AnyWord_IsReadBackAsThatWord() =>
        Check.QuickThrowOnFailure(Prop.ForAll<NonNull<string>>(word => word.Get.Any(char.IsControl) || word.Get.Any(char.IsSurrogate) || IsReadBack(word.Get)));

    private static bool IsReadBack(string word) =>
        JsonNode.DeepEquals(new JsonObject { ["word"] = word }, Assert.Single(YamlReader.Read(YamlText.Write(new() { ["word"] = word }))));
}
