using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Models;

/// <summary>The GPU that models run on, by the CUDA driver.</summary>
internal static partial class GpuDevice
{
    private const string Driver = "libcuda.so.1";
    private const int Success = 0;

    /// <returns>Bytes; null: there is no GPU, or no driver.</returns>
    public static long? TotalMemory()
    {
        try
        {
            return Initialize(0) == Success && Get(out var device, 0) == Success && GetTotalMemory(out var bytes, device) == Success ? (long)bytes : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport(Driver, EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport(Driver, EntryPoint = "cuDeviceGet")]
    private static partial int Get(out int device, int ordinal);

    [LibraryImport(Driver, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int GetTotalMemory(out nuint bytes, int device);
}
