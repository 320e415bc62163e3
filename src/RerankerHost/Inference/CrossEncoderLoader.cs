using Rerank.Contracts.Models;
using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Inference.Graphs;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Inference;

/// <summary>From a folder of verified files to a model that has been warmed up and has passed its self-test.</summary>
internal static class CrossEncoderLoader
{
    /// <summary>Loads, warms up and tests a model. Takes seconds of CPU: call it off the request path.</summary>
    /// <param name="directory">Folder with the model's files.</param>
    /// <param name="cuda">Where it runs on CUDA.</param>
    /// <param name="goldenPath">Below <paramref name="directory"/>; null: no self-test.</param>
    /// <param name="copies">For files that somebody may write into; null: nobody does.</param>
    /// <param name="scheduler">Runs it.</param>
    /// <param name="runs">Watches its runs; null: nobody does.</param>
    /// <param name="entered">Called with <see cref="ModelState.Loading"/> and <see cref="ModelState.WarmingUp"/> when they begin.</param>
    /// <exception cref="ModelLoadException">The model can't be served; says why.</exception>
    public static ICrossEncoder Load(
        string directory,
        ModelContract contract,
        ModelRuntime runtime,
        CudaSettings cuda,
        string? goldenPath,
        PrivateCopies? copies,
        Scheduler scheduler,
        RunWatch? runs,
        Action<ModelState>? entered,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        entered?.Invoke(ModelState.Loading);
        var tokenizer = TokenizerFile.Load(Path.Combine(directory, contract.TokenizerFile), contract.SpecialTokensInText);
        var goldenPairs = goldenPath is null ? [] : GoldenFile.Read(Path.Combine(directory, goldenPath));
        var (runner, graph, session) = Open(Path.Combine(directory, contract.ModelFile), tokenizer, contract, runtime, cuda, copies);
        try
        {
            entered?.Invoke(ModelState.WarmingUp);
            var encoder = new PairEncoder(tokenizer, contract.MaxInputTokens, contract.Truncation);

            // A dynamically quantised model scales activations over the whole run, so that a pair's score would depend on the
            // pairs that happen to run with it. Such a model gets one pair at a time.
            var lane = new WarmUp(runs?.Watch(runner, WarmUp.ProbeOf(runner, encoder)) ?? runner, encoder, contract.MaxInputTokens).Run(session.Provider, alone: graph.IsDynamicallyQuantized, cancellationToken);
            var model = new CrossEncoder(runner, encoder, lane, scheduler.QueueOf(session.Provider), contract)
            {
                ExecutionProvider = session.Provider,
                PassedOver = session.Opened.PassedOver,
                Tokenizer = tokenizer,
                ScoredBy = Providers.ScoredBy(session.Provider, cuda),
                LastLayer = session.LastLayer,
                IsDynamicallyQuantized = graph.IsDynamicallyQuantized,
            };
            if (runs is not null)
                runs.IsOnWorkers = true;
            if (goldenPairs.Count > 0)
                new GoldenTest(model, tokenizer, contract, isRounded: session.Provider == ExecutionProvider.CUDA && cuda.AllowTf32).RunAsync(goldenPairs, cancellationToken).GetAwaiter().GetResult();
            FreedMemory.GiveBack();
            return model;
        }
        catch (Exception e)
        {
            // A run of the self-test may still be under way on another thread.
            if (runs is null)
                runner.Dispose();
            else
                runs.WhenIdle(runner.Dispose);
            if (e is ModelFailedException)
                throw new ModelLoadException(ModelFailure.LoadFailed, $"{contract.ModelFile} can't score {contract.MaxInputTokens} tokens or less: {e.Message}", e);
            throw;
        }
    }

    private static (OnnxRunner Runner, OnnxGraph Graph, ModelSession Session) Open(
        string modelPath, TextTokenizer tokenizer, ModelContract contract, ModelRuntime runtime, CudaSettings cuda, PrivateCopies? copies)
    {
        if (!File.Exists(modelPath))
            throw new ModelLoadException(ModelFailure.FileNotFound, $"there is no file {modelPath}");
        if (contract.MaxInputTokens <= tokenizer.Pair.PairTokens)
            throw new ModelLoadException(ModelFailure.UnsupportedModel, $"{contract.MaxInputTokens} tokens have no room for text beside the special tokens");

        var operators = OnnxOperators.Read(modelPath);
        var session = ModelSession.Open(modelPath, runtime, cuda, copies);
        try
        {
            var graph = OnnxGraph.Of(session.Session, operators);
            return (new OnnxRunner(session.Session, graph), graph, session);
        }
        catch
        {
            session.Session.Dispose();
            throw;
        }
    }
}
