using System.CommandLine;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>score DIR</c>: a model's logits, without a server.</summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "A model's folder." };
        var modelFile = new Option<string?>("--model-file") { Description = "Which *.onnx file of the folder. Default: model.onnx, or the only one, there or in the folder onnx." };
        var lastLayer = LastLayerOption.Create();
        var command = new Command("score", "Reads JSON lines {\"query\",\"passage\"}, writes JSON lines {\"logit\"}.") { directory, modelFile, lastLayer };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(directory).FullName, parsed.GetValue(modelFile), parsed.GetValue(lastLayer), Console.In, Console.Out, Console.Error, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        string directory, string? modelFile, LastLayer lastLayer, TextReader input, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var runtime = new ModelRuntime { LastLayer = lastLayer };
        using var scheduler = Scheduler.OfCommand();
        return await JsonLines.WithModelAsync(
            () => CrossEncoderLoader.Load(
                directory, ModelFolder.ReadContract(directory, modelFile), runtime, goldenPath: null, copies: null, scheduler, mark: null, entered: null, cancellationToken),
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
