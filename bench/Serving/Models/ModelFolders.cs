namespace Rerank.Serving.Models;

/// <summary>A folder that every contender can serve: the model, a WordPiece tokenizer, and the usual settings.</summary>
internal static class ModelFolders
{
    /// <returns>The folder; it is made once and kept.</returns>
    public static string Make(string root, string repository, BertShape shape, bool quantized)
    {
        var folder = Path.Combine(root, shape.Name + (quantized ? "-int8" : "-fp32"));
        var model = Path.Combine(folder, "model.onnx");
        Directory.CreateDirectory(folder);
        if (!File.Exists(model))
        {
            new BertModel(shape, quantized).Save(model + ".part");
            File.Move(model + ".part", model);
        }

        File.Copy(Path.Combine(repository, "models", "tiny", "tokenizer.json"), Path.Combine(folder, "tokenizer.json"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"model_max_length":512}""");
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type":"bert","max_position_embeddings":512}""");
        return folder;
    }
}
