using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Sources;

/// <summary>Tells a full disk from other trouble with the model directory.</summary>
internal static class StorageErrors
{
    private const int NoSpace = 28;
    private const int QuotaExceededLinux = 122;
    private const int QuotaExceededMac = 69;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    public static ModelLoadException Explain(Exception e) => e.HResult is NoSpace or QuotaExceededLinux or QuotaExceededMac or DiskFullWindows
        ? new ModelLoadException(ModelFailure.StorageFull, $"no space is left for the model's files: {e.Message}", e)
        : new ModelLoadException(ModelFailure.LoadFailed, $"the model directory can't be used: {e.Message}", e);
}
