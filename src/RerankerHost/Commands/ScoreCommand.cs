using System.CommandLine;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>score DIR</c>: a model's logits, without a server.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "A model's folder." };
        var modelFile = new Option<string?>("--model-file") { Description = "Which *.onnx file of the folder. Default: model.onnx, or the only one, there or in the folder onnx." };
        var providers = ProvidersOption.Create("What it may run on.", ExecutionProvider.CPU);
        var lastLayer = LastLayerOption.Create();
        var command = new Command("score", "Reads JSON lines {\"query\",\"passage\"}, writes JSON lines {\"logit\"}.") { directory, modelFile, providers, lastLayer };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(directory).FullName,
            parsed.GetValue(modelFile),
            new ModelRuntime { ExecutionProviders = parsed.GetRequiredValue(providers), LastLayer = parsed.GetValue(lastLayer) },
            Console.In,
            Console.Out,
            Console.Error,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        string directory, string? modelFile, ModelRuntime runtime, TextReader input, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        using var scheduler = Scheduler.OfCommand();
        return await JsonLines.WithModelAsync(
            () => CrossEncoderLoader.Load(
                directory, ModelFolder.ReadContract(directory, modelFile), runtime, CudaSettings.Default, goldenPath: null, copies: null, scheduler, runs: null, entered: null, cancellationToken),
            error,
            async model =>
            {
                using (model)
                    return await JsonLines.TransformAsync(input, output, error, (pair, token) => ScoreAsync(model, pair, token), cancellationToken);
            });
    }

    private static async Task<string> ScoreAsync(ICrossEncoder model, TextPair pair, CancellationToken cancellationToken)
    {
        if (pair is not { Query: { } query, Passage: { } passage })
            throw new JsonException("query and passage are needed");
        var scores = await model.ScoreAsync(query, [passage], new PairOptions(), cancellationToken);
        return JsonSerializer.Serialize(new ScoredPair(scores[0].Logit), CommandsJson.Default.ScoredPair);
    }
}
