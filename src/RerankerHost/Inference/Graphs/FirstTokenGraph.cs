using Google.Protobuf;

namespace Rerank.RerankerHost.Inference.Graphs;

/// <summary>A model's graph whose last layer computes the first token's row alone, wherever nothing else is used.</summary>
internal static class FirstTokenGraph
{
    /// <param name="modelPath">The weights stay in this file; the graph has its name without a folder.</param>
    /// <param name="roundedAnew">As for <see cref="FirstTokenSelection.MoveUp"/>.</param>
    /// <returns>An ONNX model; null: nothing is seen to save.</returns>
    public static byte[]? Of(string modelPath, bool roundedAnew) =>
        ModelGraph.Read(modelPath) is { } model && FirstTokenSelection.MoveUp(model.Graph, roundedAnew) ? model.ToByteArray() : null;
}
