using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Inference.Graphs;
using Rerank.RerankerHost.Sources;

namespace Rerank.RerankerHost.Inference;

/// <summary>A model that ONNX Runtime has loaded, and how.</summary>
/// <param name="LastLayer">What its last layer computes; never <see cref="LastLayer.Auto"/>.</param>
internal sealed record ModelSession(ProviderSession Opened, LastLayer LastLayer)
{
    public InferenceSession Session => Opened.Session;

    public ExecutionProvider Provider => Opened.Provider;

    /// <param name="copies">For a file that somebody may write into; null: nobody does.</param>
    /// <exception cref="ModelLoadException">The model can't be loaded as <paramref name="runtime"/> has it.</exception>
    public static ModelSession Open(string modelPath, ModelRuntime runtime, CudaSettings cuda, PrivateCopies? copies) => runtime.LastLayer switch
    {
        LastLayer.AllTokens => AsItIs(modelPath, runtime, cuda),
        LastLayer.FirstToken => OfFirstToken(modelPath, runtime, cuda, copies) ?? throw new ModelLoadException(
            ModelFailure.UnsupportedModel,
            $"lastLayer is FirstToken, and in {modelPath} nothing is seen that could be computed for the first token alone; Auto and AllTokens take the graph as it is"),
        _ => OfFirstTokenIfPossible(modelPath, runtime, cuda, copies) ?? AsItIs(modelPath, runtime, cuda),
    };

    private static ModelSession AsItIs(string modelPath, ModelRuntime runtime, CudaSettings cuda) =>
        new(Providers.Open(modelPath, runtime, cuda, options => new InferenceSession(modelPath, options)), LastLayer.AllTokens);

    private static ModelSession? OfFirstTokenIfPossible(string modelPath, ModelRuntime runtime, CudaSettings cuda, PrivateCopies? copies)
    {
        try
        {
            return OfFirstToken(modelPath, runtime, cuda, copies);
        }
        catch (ModelLoadException e) when (e.Reason is ModelFailure.LoadFailed or ModelFailure.StorageFull)
        {
            // Such as further weights in another folder than the file, or no room for a copy. What is the model's own fault is found again without this.
            return null;
        }
    }

    /// <returns>Null: nothing is seen to save.</returns>
    private static ModelSession? OfFirstToken(string modelPath, ModelRuntime runtime, CudaSettings cuda, PrivateCopies? copies)
    {
        // By its real name: weights must lie in the folder that ONNX Runtime is told, and names in the hub's cache are links to elsewhere.
        var file = File.ResolveLinkTarget(modelPath, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(modelPath);
        var roundedAnew = runtime.LastLayer == LastLayer.FirstToken;
        if (FirstTokenGraph.Of(file, roundedAnew) is not { } graph)
            return null;

        // ONNX Runtime maps further files itself, as it does without us; they and the copy would have to lie in one folder.
        if (copies is null || graph.HasOtherFiles)
            return Load(modelPath, file, graph, runtime, cuda);
        try
        {
            using var copy = copies.Make(file);
            return FirstTokenGraph.Of(copy.Path, roundedAnew) is { } same ? Load(modelPath, copy.Path, same, runtime, cuda) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Explain(e);
        }
    }

    private static ModelSession Load(string modelPath, string weights, FirstTokenGraph graph, ModelRuntime runtime, CudaSettings cuda)
    {
        var opened = Providers.Open(modelPath, runtime, cuda, options =>
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(weights)!);
            return new InferenceSession(graph.Bytes, options);
        });
        return new ModelSession(opened, LastLayer.FirstToken);
    }
}
