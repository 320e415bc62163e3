using Microsoft.ML.OnnxRuntime;
using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Tests.Inference.Cuda;

/// <summary>What we say that ONNX Runtime's package needs is what its file says. Only the Gpu flavour has the file, and these tests.</summary>
public class GpuPackageTests
{
    // What every program of glibc and C++ needs.
    private static readonly string[] Usual = ["libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "librt.so.1", "libstdc++.so.6", "ld-linux-x86-64.so.2"];

    private static readonly ElfFile Provider = new(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libonnxruntime_providers_cuda.so"));

    [Fact]
    public void Flavour_HasCudaBuiltIn() => Assert.Contains("CUDAExecutionProvider", OrtEnv.Instance().GetAvailableProviders());

    [Fact]
    public void Libraries_ThatAreRequired_AreThoseThatTheProviderIsLinkedTo() =>
        Assert.Equal(
            Provider.NeededLibraries().Except(Usual).Order(StringComparer.Ordinal),
            CudaLibrary.All.Where(l => l.Required).Select(l => l.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Capabilities_AreThoseThatTheProviderHasCodeFor() =>
        Assert.Equal(Provider.DeviceCode().Order(), CudaInstallation.Capabilities.Select(ElfFile.MachineCodeFor).Order());
}
