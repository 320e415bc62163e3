using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Tests.Inference;

/// <summary>What a model is told that asks for CUDA where there is none, as on the machines that run these tests.</summary>
internal static class MachineWithoutCuda
{
    /// <summary>By the flavour that is tested.</summary>
    public static string Cause => OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider")
        ? $"CUDA can't be used: {CudaInstallation.Look().Problem}"
        : "CUDA isn't part of this build, which is the CPU flavour: the image for CUDA has it";

    public static void Require() => Assert.SkipWhen(Providers.Try(ExecutionProvider.CUDA, CudaSettings.Default) is null, "CUDA works here");
}
