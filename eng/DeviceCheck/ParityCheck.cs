using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.DeviceCheck;

/// <summary>Whether models give what their golden files say, and the same when all pairs run together, in batches that are padded.</summary>
internal sealed class ParityCheck(ExecutionProvider provider)
{
    private const string Golden = "golden.json";

    public async Task<Table> RunAsync(string models, CancellationToken cancellationToken)
    {
        var table = new Table("parity with golden files", "model", "pairs", "largest difference", "together", "allowed");
        foreach (var path in Directory.EnumerateFiles(models, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var folder = Path.GetDirectoryName(path)!;
            if (!File.Exists(Path.Combine(folder, Golden)))
                continue;
            try
            {
                await CompareAsync(table, folder, Path.GetFileName(path), cancellationToken);
            }
            catch (Exception e) when (e is ModelLoadException or ModelFailedException)
            {
                table.Add(false, $"{Path.GetRelativePath(models, path)}", $"", $"{e.Message}", $"", $"");
            }
        }

        return table;
    }

    private async Task CompareAsync(Table table, string folder, string modelFile, CancellationToken cancellationToken)
    {
        var contract = ModelFolder.ReadContract(folder, modelFile);
        var runtime = new ModelRuntime { ExecutionProviders = [provider] };
        using var scheduler = Scheduler.OfCommand();
        using var model = CrossEncoderLoader.Load(
            folder, contract, runtime, CudaSettings.Default, goldenPath: null, copies: null, scheduler, runs: null, entered: null, cancellationToken);
        var tokenizer = TokenizerFile.Load(Path.Combine(folder, contract.TokenizerFile), contract.SpecialTokensInText);
        var pairs = GoldenFile.Read(Path.Combine(folder, Golden));

        var golden = await new GoldenTest(model, tokenizer, contract).CompareAsync(pairs, cancellationToken);
        var together = await TogetherAsync(model, pairs, cancellationToken);
        table.Add(
            golden.Passes && together <= golden.Tolerance,
            $"{Path.GetFileName(folder)}/{modelFile}", $"{pairs.Count}", $"{golden.Difference:0.0e+0}", $"{together:0.0e+0}", $"{golden.Tolerance:0.0e+0}");
    }

    /// <returns>By how much a score differs at most when all pairs are there at the same time.</returns>
    private static async Task<float> TogetherAsync(ICrossEncoder model, IReadOnlyList<GoldenPair> pairs, CancellationToken cancellationToken)
    {
        var alone = new float[pairs.Count];
        for (var i = 0; i < alone.Length; i++)
            alone[i] = await ScoreAsync(model, pairs[i], cancellationToken);
        var together = await Task.WhenAll(pairs.Select(pair => ScoreAsync(model, pair, cancellationToken)));
        return alone.Zip(together, (a, b) => Math.Abs(a - b)).Max();
    }

    private static async Task<float> ScoreAsync(ICrossEncoder model, GoldenPair pair, CancellationToken cancellationToken) =>
        (await model.ScoreAsync(pair.Query, [pair.Passage], new PairOptions(), cancellationToken))[0].Logit;
}
