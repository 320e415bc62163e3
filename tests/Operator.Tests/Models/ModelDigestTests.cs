using Rerank.Operator.Api;
using Rerank.Operator.Models;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Models;

public sealed class ModelDigestTests
{
    private static readonly string Original = ModelDigest.Of(Samples.Model("tiny").Spec);

    public static TheoryData<string> Changes => ["file", "path", "modelFile", "tokens", "truncation", "activation", "specialTokens", "lastLayer", "providers"];

    [Fact]
    public void Of_SameContent_IsTheSameInEveryRelease() =>
        Assert.Equal("sha256:bc54a947b075bf64c69691bf8cfd849290fd1785564afbfd22be6c9dbd238f94", Original);

    [Fact]
    public void Of_FilesInAnotherOrder_IsTheSame() =>
        Assert.Equal(Original, ModelDigest.Of(Samples.Model("tiny", m => m.Artifact.Files.Reverse()).Spec));

    [Fact]
    public void Of_FromAnotherSource_IsTheSame() =>
        Assert.Equal(Original, ModelDigest.Of(Samples.Model("tiny", m => m.Artifact.Source = new() { Http = new() { BaseURL = "http://files" } }).Spec));

    [Theory]
    [MemberData(nameof(Changes))]
    public void Of_AnythingThatMayChangeAScore_Differs(string change) =>
        Assert.NotEqual(Original, ModelDigest.Of(Samples.Model("tiny", m => Change(m, change)).Spec));

    private static void Change(ModelVersionSpec spec, string what)
    {
        switch (what)
        {
            case "file":
                spec.Artifact.Files[0].Sha256 = new string('0', 64);
                break;
            case "path":
                spec.Artifact.Files[0].Path = "other.onnx";
                break;
            case "modelFile":
                spec.Contract.ModelFile = "tokenizer.json";
                break;
            case "tokens":
                spec.Contract.MaxInputTokens = 256;
                break;
            case "truncation":
                spec.Contract.Truncation = Contracts.Models.Truncation.OnlySecond;
                break;
            case "activation":
                spec.Contract.Activation = Contracts.Models.Activation.Identity;
                break;
            case "specialTokens":
                spec.Contract.SpecialTokensInText = Contracts.Models.SpecialTokensInText.Parse;
                break;
            case "lastLayer":
                spec.Runtime.LastLayer = Contracts.Models.LastLayer.FirstToken;
                break;
            default:
                spec.Runtime.ExecutionProviders = [Contracts.Models.ExecutionProvider.CUDA];
                break;
        }
    }
}
