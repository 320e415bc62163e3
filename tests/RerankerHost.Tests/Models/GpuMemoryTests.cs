using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Models;

public sealed class GpuMemoryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reserve_MoreThanThereIs_IsRefusedUntilAnotherIsUnloaded()
    {
        var memory = new GpuMemory(capacity: 1000, hasCuda: true);
        var first = memory.Reserve(Model(600, ExecutionProvider.CUDA));

        var refused = Assert.Throws<ModelLoadException>(() => memory.Reserve(Model(500, ExecutionProvider.CUDA)));
        Assert.Equal(ModelFailure.GpuMemoryExceeded, refused.Reason);
        Assert.Equal("it declares 500 bytes of GPU memory; of the host's 1000 the models that are loaded declare 600", refused.Message);

        first.Dispose();
        first.Dispose();
        memory.Reserve(Model(500, ExecutionProvider.CUDA)).Dispose();
    }

    [Theory]
    [InlineData(null, true, ExecutionProvider.CUDA)]
    [InlineData(1000L, false, ExecutionProvider.CUDA)]
    [InlineData(1000L, true, ExecutionProvider.CPU)]
    public void Reserve_WithoutACapacityOrAGpu_IsNotChecked(long? capacity, bool hasCuda, ExecutionProvider provider)
    {
        new GpuMemory(capacity, hasCuda).Reserve(Model(5000, provider)).Dispose();
    }

    [Fact]
    public void Devices_AreKnownWhereThereIsAGpu() => Assert.Equal(File.Exists("/dev/nvidia0"), CudaDriver.Look().Devices.Count > 0);

    private ModelSpec Model(long bytes, ExecutionProvider provider) => TestModel.Named("model").InFolder(_folder) with
    {
        Runtime = new ModelRuntime { ExecutionProviders = [provider, provider == ExecutionProvider.CPU ? ExecutionProvider.CUDA : ExecutionProvider.CPU], GpuMemoryBytes = bytes },
    };
}
