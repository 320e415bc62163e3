namespace Rerank.Cli.Models;

/// <summary>Which of a model's files are needed, and what for.</summary>
/// <param name="Data">Weights that an ONNX file keeps beside it.</param>
/// <param name="Golden">Pairs with the scores expected for them; null when there are none.</param>
internal sealed record FileChoice(string Model, IReadOnlyList<string> Data, string Tokenizer, string? Golden)
{
    private const string Onnx = ".onnx";
    private const string GoldenName = "golden.json";
    private const string TokenizerName = "tokenizer.json";

    private static readonly string[] Usual = ["model.onnx", "onnx/model.onnx"];

    public IEnumerable<string> All => [Model, .. Data, Tokenizer, .. Golden is null ? Array.Empty<string>() : [Golden]];

    /// <exception cref="CommandFailure">Something is missing, or it isn't clear which one is meant.</exception>
    public static FileChoice Of(IReadOnlyList<string> files, string? modelFile, string? tokenizerFile)
    {
        var model = modelFile is null ? PickModel(files) : Require(files, modelFile, "--model-file");
        var tokenizer = tokenizerFile is null ? PickTokenizer(files, model) : Require(files, tokenizerFile, "--tokenizer-file");
        return new(
            model,
            [.. files.Where(file => file == $"{model}_data" || file == $"{model}.data")],
            tokenizer,
            files.Contains(GoldenName) ? GoldenName : null);
    }

    private static string PickModel(IReadOnlyList<string> files)
    {
        var models = files.Where(file => file.EndsWith(Onnx, StringComparison.OrdinalIgnoreCase)).ToList();
        return models switch
        {
            [] => throw new CommandFailure("there is no .onnx file: export the model to ONNX first"),
            [var only] => only,
            _ => Array.Find(Usual, models.Contains)
                ?? throw new CommandFailure($"there are several .onnx files: choose one with --model-file: {string.Join(", ", models)}"),
        };
    }

    /// <summary>Beside the model, or else at the root.</summary>
    private static string PickTokenizer(IReadOnlyList<string> files, string model)
    {
        var beside = model.LastIndexOf('/') is >= 0 and var slash ? $"{model[..slash]}/{TokenizerName}" : TokenizerName;
        return files.Contains(beside)
            ? beside
            : files.Contains(TokenizerName)
                ? TokenizerName
                : throw new CommandFailure(
                    $"there is no {TokenizerName}: it is what a fast tokenizer of the transformers library saves; --tokenizer-file names another path");
    }

    private static string Require(IReadOnlyList<string> files, string path, string option) => files.Contains(path)
        ? path
        : throw new CommandFailure($"{option} {path} isn't among the files: {string.Join(", ", files)}");
}
