using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Rerank.RerankerHost.Inference;

/// <summary>Opens a session on the first execution provider of a model that the host has.</summary>
internal static class Providers
{
    private const string CudaName = "CUDAExecutionProvider";

    /// <param name="load">Makes the session.</param>
    /// <exception cref="ModelLoadException">None is there, or the model can't be loaded.</exception>
    public static (InferenceSession Session, ExecutionProvider Provider) Open(string modelPath, ModelRuntime runtime, Func<SessionOptions, InferenceSession> load)
    {
        var problems = new List<string>();
        foreach (var provider in runtime.ExecutionProviders)
        {
            if (!IsBuiltIn(provider))
            {
                problems.Add($"{provider} isn't part of this build");
                continue;
            }

            try
            {
                using var options = Options(provider, runtime);
                return (load(options), provider);
            }
            catch (OnnxRuntimeException e) when (provider == ExecutionProvider.CUDA && e.Message.Contains("CUDA", StringComparison.OrdinalIgnoreCase))
            {
                problems.Add($"{provider}: {e.Message}");
            }
            catch (OnnxRuntimeException e)
            {
                throw new ModelLoadException(ModelFailure.LoadFailed, $"ONNX Runtime can't load {modelPath}: {e.Message}", e);
            }
        }

        throw new ModelLoadException(
            ModelFailure.ProviderUnavailable,
            $"the model demands one of [{string.Join(", ", runtime.ExecutionProviders)}], and this host has "
            + $"[{string.Join(", ", Enum.GetValues<ExecutionProvider>().Where(IsBuiltIn))}]: {string.Join("; ", problems)}");
    }

    /// <summary>Whether this build and machine have it.</summary>
    public static bool IsBuiltIn(ExecutionProvider provider) =>
        provider == ExecutionProvider.CPU || OrtEnv.Instance().GetAvailableProviders().Contains(CudaName);

    private static SessionOptions Options(ExecutionProvider provider, ModelRuntime runtime)
    {
        // Every run has one thread: runs side by side use the cores better than threads within one, and a spinning thread
        // would burn the pod's CPU quota. Patterns are kept for every shape, and here every length is another shape.
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableMemoryPattern = false,

            // What goes wrong comes back as an exception; its own log goes to standard error past ours.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        if (provider == ExecutionProvider.CUDA)
            AppendCuda(options, runtime.GpuMemoryBytes);
        return options;
    }

    private static void AppendCuda(SessionOptions options, long? memoryBytes)
    {
        var settings = new Dictionary<string, string>
        {
            ["arena_extend_strategy"] = "kSameAsRequested",
            ["cudnn_conv_algo_search"] = "DEFAULT",
        };
        if (memoryBytes is { } bytes)
            settings["gpu_mem_limit"] = bytes.ToString();
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(settings);
        options.AppendExecutionProvider_CUDA(cuda);
    }
}
