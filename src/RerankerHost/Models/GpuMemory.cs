using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Models;

/// <summary>Keeps models from being loaded that together declare more GPU memory than there is: CUDA would fail in the middle of a request.</summary>
internal sealed class GpuMemory(long? capacity, bool hasCuda)
{
    private readonly Lock _lock = new();
    private long _reserved;

    public GpuMemory(ServeOptions options)
        : this(options.GpuMemoryBytes ?? (CudaDriver.Look().Devices is [var device, ..] ? device.MemoryBytes : null), Providers.IsBuiltIn(ExecutionProvider.CUDA))
    {
    }

    /// <returns>Gives the memory back when it is disposed.</returns>
    /// <exception cref="ModelLoadException">There isn't enough.</exception>
    public IDisposable Reserve(ModelSpec spec)
    {
        var needed = hasCuda && spec.Runtime.ExecutionProviders[0] == ExecutionProvider.CUDA ? spec.Runtime.GpuMemoryBytes ?? 0 : 0;
        lock (_lock)
        {
            if (needed > 0 && capacity is { } bytes && _reserved + needed > bytes)
            {
                throw new ModelLoadException(
                    ModelFailure.GpuMemoryExceeded,
                    $"it declares {needed} bytes of GPU memory; of the host's {bytes} the models that are loaded declare {_reserved}");
            }

            _reserved += needed;
        }

        return new Reservation(this, needed);
    }

    private sealed class Reservation(GpuMemory owner, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose()
        {
            var given = Interlocked.Exchange(ref _bytes, 0);
            lock (owner._lock)
                owner._reserved -= given;
        }
    }
}
