using System.Text.Json;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Inference;

/// <summary>What a folder in Hugging Face's layout says about its model, for a model that comes without a contract.</summary>
internal static class ModelFolder
{
    private const int MaxSettingsBytes = 1024 * 1024;

    // Where Hugging Face's exporters put the models of a repository.
    private const string ExportFolder = "onnx";

    /// <summary>Takes apart what somebody names as a model: its folder, or one of the folder's *.onnx files.</summary>
    /// <returns>The folder with the tokenizer, and the file in it; null: the one that the folder offers.</returns>
    public static (string Directory, string? ModelFile) Locate(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!File.Exists(path))
            return (path, null);
        var folder = Path.GetDirectoryName(path)!;
        if (Path.GetFileName(folder) == ExportFolder && !File.Exists(Path.Combine(folder, ModelContract.DefaultTokenizerFile)))
            return (Path.GetDirectoryName(folder)!, $"{ExportFolder}/{Path.GetFileName(path)}");
        return (folder, Path.GetFileName(path));
    }

    /// <summary>Contract of the model in a folder that somebody serves by hand.</summary>
    /// <param name="modelFile">Null: <c>model.onnx</c>, or the only <c>*.onnx</c> file, of the folder or else of the folder <c>onnx</c> in it.</param>
    /// <exception cref="ModelLoadException">Files are missing, or don't say how many tokens the model reads.</exception>
    public static ModelContract ReadContract(string directory, string? modelFile)
    {
        if (!Directory.Exists(directory))
            throw new ModelLoadException(ModelFailure.FileNotFound, $"there is no folder {directory}");

        return new ModelContract
        {
            ModelFile = modelFile ?? FindModelFile(directory),
            MaxInputTokens = ReadMaxInputTokens(directory),
            // config.json may name sentence-transformers' own choice, often none; clients of the dialects served here expect scores from 0 to 1.
            Activation = Activation.Sigmoid,
        };
    }

    private static string FindModelFile(string directory)
    {
        var exports = Path.Combine(directory, ExportFolder);
        return FindModelFileIn(directory)
            ?? (Directory.Exists(exports) && FindModelFileIn(exports) is { } file ? $"{ExportFolder}/{file}" : null)
            ?? throw new ModelLoadException(ModelFailure.FileNotFound, $"no *.onnx file in {directory} or {exports}");
    }

    private static string? FindModelFileIn(string directory)
    {
        var files = Directory.GetFiles(directory, "*.onnx").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        if (files.Contains("model.onnx"))
            return "model.onnx";
        return files.Length <= 1
            ? files.SingleOrDefault()
            : throw new ModelLoadException(ModelFailure.FileNotFound, $"{directory} has no model.onnx, and more than one other model: {string.Join(", ", files)}");
    }

    private static int ReadMaxInputTokens(string directory)
    {
        using var tokenizer = ReadSettings(directory, "tokenizer_config.json");
        using var config = ReadSettings(directory, "config.json");

        // Tokenizers without a limit of their own say so by a number with thirty digits.
        var stated = ReadNumber(tokenizer, "model_max_length");
        var positions = ReadNumber(config, "max_position_embeddings") - PositionOffset(config);
        var limit = Math.Min(stated ?? double.MaxValue, positions ?? double.MaxValue);
        return limit is >= 4 and <= 1_000_000
            ? (int)limit
            : throw new ModelLoadException(
                ModelFailure.UnsupportedModel,
                $"neither model_max_length of tokenizer_config.json nor max_position_embeddings of config.json in {directory} says how many tokens the model reads");
    }

    /// <summary>Models of RoBERTa's kind number positions from padding's id + 1, so that many rows of the table can't be used.</summary>
    private static double PositionOffset(JsonDocument? config)
    {
        if (config is null || !config.RootElement.TryGetProperty("model_type", out var type) || type.ValueKind != JsonValueKind.String)
            return 0;

        // Compared as bytes: what is no valid text is none of them, instead of an exception.
        return type.ValueEquals("roberta"u8) || type.ValueEquals("xlm-roberta"u8) || type.ValueEquals("camembert"u8) || type.ValueEquals("xlm-roberta-xl"u8)
            ? (ReadNumber(config, "pad_token_id") ?? 1) + 1
            : 0;
    }

    private static double? ReadNumber(JsonDocument? document, string name) =>
        document is not null
        && document.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number)
            ? number
            : null;

    private static JsonDocument? ReadSettings(string directory, string name)
    {
        var file = new FileInfo(Path.Combine(directory, name));
        if (!file.Exists)
            return null;
        if (file.Length > MaxSettingsBytes)
            throw new ModelLoadException(ModelFailure.UnsupportedModel, $"{file.FullName} is larger than {MaxSettingsBytes} bytes");
        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new ModelLoadException(ModelFailure.UnsupportedModel, $"{file.FullName} holds no JSON object");
        }
        catch (JsonException e)
        {
            throw new ModelLoadException(ModelFailure.UnsupportedModel, $"{file.FullName} is not JSON: {e.Message}", e);
        }
    }
}
