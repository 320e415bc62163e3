using Google.Protobuf;

namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>A model's graph whose last layer computes the first token's row alone, wherever nothing else is used. Weights stay in the model's file.</summary>
/// <param name="Bytes">An ONNX model that names the file, without its folder.</param>
/// <param name="HasOtherFiles">Whether the model's file names further ones with weights.</param>
internal sealed record FirstTokenGraph(byte[] Bytes, bool HasOtherFiles)
{
    /// <param name="roundedAnew">As for <see cref="FirstTokenSelection.MoveUp"/>.</param>
    /// <returns>Null: nothing is seen to save.</returns>
    public static FirstTokenGraph? Of(string modelPath, bool roundedAnew) =>
        ModelGraph.Read(modelPath) is { } model && FirstTokenSelection.MoveUp(model.Graph, roundedAnew)
            ? new FirstTokenGraph(model.ToByteArray(), model.Graph.Initializer.Any(tensor => IsElsewhere(tensor, Path.GetFileName(modelPath))))
            : null;

    private static bool IsElsewhere(TensorProto tensor, string file) => tensor.ExternalData.Any(entry => entry.Key == ModelGraph.Location && entry.Value != file);
}
