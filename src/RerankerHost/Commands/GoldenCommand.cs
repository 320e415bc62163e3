using System.CommandLine;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>golden DIR</c>: writes the self-test of a model, by which every host proves before it serves that it computes the same.</summary>
internal static class GoldenCommand
{
    private const string Explanation = """
        Writes DIR/golden.json: pairs with the tokens and the logit that the model gives for them here and now. Name the file in a ModelVersion's
        golden.path, and every host compares itself with it before it is ready. It pins what this program computes; to compare with another
        implementation, put that one's logits into the file.
        """;

    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "A model's folder." };
        var modelFile = new Option<string?>("--model-file") { Description = "Which *.onnx file of the folder. Default: model.onnx, or the only one, there or in the folder onnx." };
        var quantizedFile = new Option<string?>("--int8-file") { Description = "A dynamically quantised file of the same model, whose logits are written beside the others." };
        var pairs = new Option<FileInfo?>("--pairs") { Description = "File of JSON lines {\"query\",\"passage\"}. Default: pairs in several scripts, short, long and odd." };
        var output = new Option<string>("--output") { Description = "File to write in the folder.", DefaultValueFactory = _ => "golden.json" };
        var lastLayer = LastLayerOption.Create();
        var force = new Option<bool>("--force") { Description = "Overwrite it." };
        var command = new Command("golden", Explanation) { directory, modelFile, quantizedFile, pairs, lastLayer, output, force };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new GoldenRequest
            {
                Directory = parsed.GetRequiredValue(directory).FullName,
                ModelFile = parsed.GetValue(modelFile),
                QuantizedFile = parsed.GetValue(quantizedFile),
                PairsFile = parsed.GetValue(pairs)?.FullName,
                Runtime = new ModelRuntime { LastLayer = parsed.GetValue(lastLayer) },
                Output = parsed.GetRequiredValue(output),
                Overwrite = parsed.GetValue(force),
            },
            Console.Out,
            Console.Error,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(GoldenRequest request, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var pairs = request.PairsFile is null ? GoldenPairs.Default : await ReadPairsAsync(request.PairsFile, cancellationToken);
            var path = Path.Combine(request.Directory, request.Output);
            await GoldenFile.WriteAsync(path, await ComputeAsync(request, pairs, cancellationToken), request.Overwrite, cancellationToken);
            await output.WriteLineAsync($"{path}: {pairs.Count} pairs");
            return JsonLines.Success;
        }
        catch (ModelLoadException e)
        {
            await error.WriteLineAsync($"{e.Reason}: {e.Message}");
            return JsonLines.InvalidModel;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ModelFailedException)
        {
            await error.WriteLineAsync(e.Message);
            return JsonLines.InvalidInput;
        }
    }

    private static async Task<List<GoldenPair>> ComputeAsync(GoldenRequest request, IReadOnlyList<TextPair> pairs, CancellationToken cancellationToken)
    {
        var contract = ModelFolder.ReadContract(request.Directory, request.ModelFile);
        var tokenizer = TokenizerFile.Load(Path.Combine(request.Directory, contract.TokenizerFile), contract.SpecialTokensInText);
        var logits = await ScoreAsync(request.Directory, contract, request.Runtime, pairs, cancellationToken);
        var quantized = request.QuantizedFile is { } file
            ? await ScoreAsync(request.Directory, contract with { ModelFile = file }, request.Runtime, pairs, cancellationToken)
            : null;
        return [.. pairs.Select((pair, i) =>
        {
            var encoded = tokenizer.Encode(pair.Query!, pair.Passage!, contract.MaxInputTokens, contract.Truncation)!.Value;
            return new GoldenPair
            {
                Query = pair.Query!,
                Passage = pair.Passage!,
                Logit = logits[i],
                LogitInt8 = quantized?[i],
                InputIds = encoded.Ids,
                TokenTypeIds = encoded.Types,
            };
        })];
    }

    private static async Task<float[]> ScoreAsync(string directory, ModelContract contract, ModelRuntime runtime, IReadOnlyList<TextPair> pairs, CancellationToken cancellationToken)
    {
        using var scheduler = Scheduler.OfCommand();
        using var model = CrossEncoderLoader.Load(directory, contract, runtime, CudaSettings.Default, goldenPath: null, copies: null, scheduler, runs: null, entered: null, cancellationToken);
        var logits = new float[pairs.Count];
        for (var i = 0; i < logits.Length; i++)
            logits[i] = (await model.ScoreAsync(pairs[i].Query!, [pairs[i].Passage!], new PairOptions(), cancellationToken))[0].Logit;
        return logits;
    }

    private static async Task<List<TextPair>> ReadPairsAsync(string path, CancellationToken cancellationToken)
    {
        var pairs = new List<TextPair>();
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            pairs.Add(JsonSerializer.Deserialize(line, CommandsJson.Default.TextPair) is { Query: not null, Passage: not null } pair
                ? pair
                : throw new JsonException($"{path}: pair {pairs.Count + 1} must have query and passage"));
        }

        return pairs.Count > 0 ? pairs : throw new JsonException($"{path} holds no pairs");
    }
}

internal sealed record GoldenRequest
{
    public required string Directory { get; init; }

    public string? ModelFile { get; init; }

    public string? QuantizedFile { get; init; }

    /// <summary>Null: <see cref="GoldenPairs.Default"/>.</summary>
    public string? PairsFile { get; init; }

    public ModelRuntime Runtime { get; init; } = new();

    /// <summary>Name of the file in the folder.</summary>
    public required string Output { get; init; }

    public bool Overwrite { get; init; }
}
