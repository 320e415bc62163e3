using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>The demo models and what is written down for them.</summary>
internal static class Golden
{
    public static IReadOnlyList<GoldenPair> Pairs(string model) => GoldenFile.Read(Path.Combine(TestFiles.Model(model), "golden.json"));

    public static ModelContract Contract(string model, string? modelFile = null) => ModelFolder.ReadContract(TestFiles.Model(model), modelFile);

    public static TextTokenizer Tokenizer(string model)
    {
        var contract = Contract(model);
        return TokenizerFile.Load(Path.Combine(TestFiles.Model(model), contract.TokenizerFile), contract.SpecialTokensInText);
    }

    public static ICrossEncoder Load(string model, string? modelFile = null, ModelContract? contract = null, string? goldenPath = null, LastLayer lastLayer = LastLayer.Auto) =>
        CrossEncoderLoader.Load(
            TestFiles.Model(model), contract ?? Contract(model, modelFile), new ModelRuntime { LastLayer = lastLayer }, CudaSettings.Default, goldenPath, copies: null, TestScheduler.Shared, runs: null, entered: null, TestContext.Current.CancellationToken);
}
