using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference.Graphs;

namespace Rerank.RerankerHost.Inference;

/// <summary>A model that ONNX Runtime has loaded, and how.</summary>
/// <param name="LastLayer">What its last layer computes; never <see cref="LastLayer.Auto"/>.</param>
internal sealed record ModelSession(InferenceSession Session, ExecutionProvider Provider, LastLayer LastLayer)
{
    /// <exception cref="ModelLoadException">The model can't be loaded as <paramref name="runtime"/> has it.</exception>
    public static ModelSession Open(string modelPath, ModelRuntime runtime)
    {
        if (runtime.LastLayer == LastLayer.AllTokens)
            return AsItIs(modelPath, runtime);

        // By its real name: weights must lie in the folder that ONNX Runtime is told, and names in the hub's cache are links to elsewhere.
        var file = File.ResolveLinkTarget(modelPath, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(modelPath);
        if (FirstTokenGraph.Of(file, roundedAnew: runtime.LastLayer == LastLayer.FirstToken) is { } graph)
            return OfFirstToken(modelPath, file, graph, runtime);
        return runtime.LastLayer == LastLayer.Auto
            ? AsItIs(modelPath, runtime)
            : throw new ModelLoadException(
                ModelFailure.UnsupportedModel,
                $"lastLayer is FirstToken, and in {modelPath} nothing is seen that could be computed for the first token alone; Auto and AllTokens take the graph as it is");
    }

    private static ModelSession AsItIs(string modelPath, ModelRuntime runtime)
    {
        var (session, provider) = Providers.Open(modelPath, runtime, options => new InferenceSession(modelPath, options));
        return new ModelSession(session, provider, LastLayer.AllTokens);
    }

    private static ModelSession OfFirstToken(string modelPath, string file, byte[] graph, ModelRuntime runtime)
    {
        try
        {
            var (session, provider) = Providers.Open(modelPath, runtime, options =>
            {
                options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(file)!);
                return new InferenceSession(graph, options);
            });
            return new ModelSession(session, provider, LastLayer.FirstToken);
        }
        catch (ModelLoadException e) when (runtime.LastLayer == LastLayer.Auto && e.Reason == ModelFailure.LoadFailed)
        {
            // Such as weights that lie in another folder yet. If it is the model's own fault, the same is found here again.
            return AsItIs(modelPath, runtime);
        }
    }
}
