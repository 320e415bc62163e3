using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Tests.Inference.Cuda;

public class CudaSettingsTests
{
    [Fact]
    public void ToProviderOptions_Default_ComputesAsTheCpuDoes() =>
        Assert.Equal(
            new Dictionary<string, string> { ["arena_extend_strategy"] = "kSameAsRequested", ["cudnn_conv_algo_search"] = "DEFAULT", ["use_tf32"] = "0" },
            CudaSettings.Default.ToProviderOptions(memoryBytes: null));

    [Fact]
    public void ToProviderOptions_WhatIsAskedFor_IsPassedOn()
    {
        var options = new CudaSettings(AllowTf32: true).ToProviderOptions(memoryBytes: 3L << 30);

        Assert.Equal(("1", "3221225472"), (options["use_tf32"], options["gpu_mem_limit"]));
    }

    [Theory]
    [InlineData(ExecutionProvider.CPU, false, "CPU")]
    [InlineData(ExecutionProvider.CPU, true, "CPU")]
    [InlineData(ExecutionProvider.CUDA, false, "CUDA")]
    [InlineData(ExecutionProvider.CUDA, true, "CUDA+TF32")]
    public void ScoredBy_TellsApartWhatChangesScores(ExecutionProvider provider, bool tf32, string expected) =>
        Assert.Equal(expected, Providers.ScoredBy(provider, new CudaSettings(tf32)));
}
