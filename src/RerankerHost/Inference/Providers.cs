using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference.Cuda;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Rerank.RerankerHost.Inference;

/// <summary>Opens a session on the first execution provider of a model that works here.</summary>
internal static class Providers
{
    private const string CudaName = "CUDAExecutionProvider";

    /// <param name="load">Makes the session.</param>
    /// <exception cref="ModelLoadException">None works, or the model can't be loaded.</exception>
    public static ProviderSession Open(string modelPath, ModelRuntime runtime, CudaSettings cuda, Func<SessionOptions, InferenceSession> load)
    {
        var problems = new List<string>();
        foreach (var provider in runtime.ExecutionProviders)
        {
            if (!IsBuiltIn(provider))
            {
                problems.Add(NotBuiltIn(provider));
                continue;
            }

            try
            {
                using var options = Options(provider, runtime.GpuMemoryBytes, cuda);
                return new ProviderSession(load(options), provider, problems.Count == 0 ? null : string.Join("; ", problems));
            }
            catch (OnnxRuntimeException e) when (provider == ExecutionProvider.CUDA && e.Message.Contains("CUDA", StringComparison.OrdinalIgnoreCase))
            {
                problems.Add(Explain(e));
            }
            catch (OnnxRuntimeException e)
            {
                throw new ModelLoadException(ModelFailure.LoadFailed, $"ONNX Runtime can't load {modelPath}: {e.Message}", e);
            }
        }

        throw new ModelLoadException(
            ModelFailure.ProviderUnavailable, $"the model may run on {string.Join(", ", runtime.ExecutionProviders)} only: {string.Join("; ", problems)}");
    }

    /// <summary>Whether this build has it. Whether it works here is another question.</summary>
    public static bool IsBuiltIn(ExecutionProvider provider) =>
        provider == ExecutionProvider.CPU || OrtEnv.Instance().GetAvailableProviders().Contains(CudaName);

    /// <summary>Tells apart what gives other scores for the same model on the same machine.</summary>
    public static string ScoredBy(ExecutionProvider provider, CudaSettings cuda) =>
        provider == ExecutionProvider.CUDA && cuda.AllowTf32 ? $"{provider}+TF32" : provider.ToString();

    /// <summary>Runs a small model on it.</summary>
    /// <returns>Why it doesn't work here, in words; null: it does.</returns>
    public static string? Try(ExecutionProvider provider, CudaSettings cuda)
    {
        if (!IsBuiltIn(provider))
            return NotBuiltIn(provider);
        try
        {
            using var options = Options(provider, memoryBytes: null, cuda);

            // Otherwise the CPU would quietly do what the provider can't.
            if (provider != ExecutionProvider.CPU)
                options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            using var session = new InferenceSession(TrialGraph.Model.ToByteArray(), options);
            return TrialGraph.Run(session) ? null : $"{provider} computes wrong numbers";
        }
        catch (OnnxRuntimeException e)
        {
            return provider == ExecutionProvider.CUDA ? Explain(e) : $"{provider}: {e.Message}";
        }
    }

    private static string NotBuiltIn(ExecutionProvider provider) => $"{provider} isn't part of this build, which is the CPU flavour: the image for CUDA has it";

    private static string Explain(OnnxRuntimeException e) => $"CUDA can't be used: {CudaInstallation.Look().Problem ?? e.Message}";

    private static SessionOptions Options(ExecutionProvider provider, long? memoryBytes, CudaSettings cuda)
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
        try
        {
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
            if (provider == ExecutionProvider.CUDA)
                AppendCuda(options, cuda.ToProviderOptions(memoryBytes));
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static void AppendCuda(SessionOptions options, Dictionary<string, string> settings)
    {
        // Loads the provider's library, and throws when that needs another which isn't there.
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(settings);
        options.AppendExecutionProvider_CUDA(cuda);
    }
}

/// <param name="PassedOver">Why the providers before it in the model's list aren't used, in words; null: it is the first.</param>
internal sealed record ProviderSession(InferenceSession Session, ExecutionProvider Provider, string? PassedOver);
