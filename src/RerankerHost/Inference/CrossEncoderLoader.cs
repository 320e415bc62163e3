using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>From a folder of verified files to a model that has been warmed up and has passed its self-test.</summary>
internal static class CrossEncoderLoader
{
    /// <summary>Loads, warms up and tests a model. Takes seconds of CPU: call it off the request path.</summary>
    /// <param name="directory">Folder with the model's files.</param>
    /// <param name="goldenPath">Below <paramref name="directory"/>; null: no self-test.</param>
    /// <param name="entered">Called with <see cref="ModelState.Loading"/> and <see cref="ModelState.WarmingUp"/> when they begin.</param>
    /// <exception cref="ModelLoadException">The model can't be served; says why.</exception>
    public static ICrossEncoder Load(
        string directory,
        ModelContract contract,
        ModelRuntime runtime,
        string? goldenPath,
        Action<ModelState>? entered,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        entered?.Invoke(ModelState.Loading);
        var tokenizer = TokenizerFile.Load(Path.Combine(directory, contract.TokenizerFile), contract.SpecialTokensInText);
        var goldenPairs = goldenPath is null ? [] : GoldenFile.Read(Path.Combine(directory, goldenPath));
        var model = Open(Path.Combine(directory, contract.ModelFile), tokenizer, contract, runtime);
        try
        {
            entered?.Invoke(ModelState.WarmingUp);
            WarmUp(model, cancellationToken);
            if (goldenPairs.Count > 0)
                new GoldenTest(model, tokenizer, contract).RunAsync(goldenPairs, cancellationToken).GetAwaiter().GetResult();
            return model;
        }
        catch (Exception e)
        {
            model.Dispose();
            if (e is ModelFailedException)
                throw new ModelLoadException(ModelFailure.LoadFailed, $"{contract.ModelFile} can't score {contract.MaxInputTokens} tokens or less: {e.Message}", e);
            throw;
        }
    }

    private static CrossEncoder Open(string modelPath, TextTokenizer tokenizer, ModelContract contract, ModelRuntime runtime)
    {
        if (!File.Exists(modelPath))
            throw new ModelLoadException(ModelFailure.FileNotFound, $"there is no file {modelPath}");
        if (contract.MaxInputTokens <= tokenizer.Pair.PairTokens)
            throw new ModelLoadException(ModelFailure.UnsupportedModel, $"{contract.MaxInputTokens} tokens have no room for text beside the special tokens");

        var operators = OnnxOperators.Read(modelPath);
        var (session, provider) = Providers.Open(modelPath, runtime);
        try
        {
            var encoder = new PairEncoder(tokenizer, contract.MaxInputTokens, contract.Truncation);
            return new CrossEncoder(session, OnnxGraph.Of(session, operators), encoder, InferenceWorkers.Shared, provider, contract);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the largest shape first, so that the arena grows once, then a batch of short pairs.</summary>
    private static void WarmUp(CrossEncoder model, CancellationToken cancellationToken)
    {
        var longest = string.Concat(Enumerable.Repeat("a ", model.MaxInputTokens));
        string[] shorter = [.. Enumerable.Range(0, 8).Select(i => $"{i}")];
        model.ScoreAsync("a", [longest], new PairOptions(), cancellationToken).GetAwaiter().GetResult();
        model.ScoreAsync("a", shorter, new PairOptions(), cancellationToken).GetAwaiter().GetResult();
    }
}
