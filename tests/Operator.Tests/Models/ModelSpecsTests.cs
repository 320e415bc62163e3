using Rerank.Contracts.Models;
using Rerank.Operator.Models;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Models;

public sealed class ModelSpecsTests
{
    [Fact]
    public void Of_EveryChoice_ReachesTheHost()
    {
        var version = Samples.Model("tiny", m =>
        {
            m.Contract = new()
            {
                ModelFile = "a.onnx",
                TokenizerFile = "t.json",
                MaxInputTokens = 99,
                Truncation = Truncation.OnlySecond,
                Activation = Activation.Identity,
                SpecialTokensInText = SpecialTokensInText.Parse,
            };
            m.Runtime = new() { ExecutionProviders = [ExecutionProvider.CUDA, ExecutionProvider.CPU], LastLayer = LastLayer.FirstToken };
            m.Golden = new() { Path = "g.json" };
        });

        var spec = ModelSpecs.Of(version);

        Assert.Equal(
            new ModelContract
            {
                ModelFile = "a.onnx",
                TokenizerFile = "t.json",
                MaxInputTokens = 99,
                Truncation = Truncation.OnlySecond,
                Activation = Activation.Identity,
                SpecialTokensInText = SpecialTokensInText.Parse,
            },
            spec.Contract);
        Assert.Equal([ExecutionProvider.CUDA, ExecutionProvider.CPU], spec.Runtime.ExecutionProviders);
        Assert.Equal(LastLayer.FirstToken, spec.Runtime.LastLayer);
        Assert.Equal("g.json", spec.GoldenPath);
        Assert.Equal(ModelDigest.Of(version.Spec), spec.Digest);
    }
}
