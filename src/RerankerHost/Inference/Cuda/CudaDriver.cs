using System.Runtime.InteropServices;

namespace Rerank.RerankerHost.Inference.Cuda;

/// <summary>The CUDA driver and its GPUs, asked directly: ONNX Runtime says of both only that something failed.</summary>
/// <param name="Version">The newest CUDA that it can run, as the driver numbers it: 13000 is 13.0. Null: it can't be asked.</param>
/// <param name="Problem">Why it can't be used, in words; null: it can.</param>
internal sealed partial record CudaDriver(int? Version, IReadOnlyList<CudaDevice> Devices, string? Problem)
{
    public const string Library = "libcuda.so.1";

    private const int Success = 0;
    private const int MajorAttribute = 75;
    private const int MinorAttribute = 76;
    private const int LongestName = 256;

    public static CudaDriver Look()
    {
        try
        {
            int? version = GetVersion(out var number) == Success ? number : null;
            return Initialize(0) is var code and not Success
                ? new CudaDriver(version, [], $"the NVIDIA driver can't start: {Explain(code)}")
                : new CudaDriver(version, Ask(), null);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new CudaDriver(null, [], $"there is no NVIDIA driver ({Library})");
        }
    }

    private static List<CudaDevice> Ask()
    {
        var devices = new List<CudaDevice>();
        for (var ordinal = 0; Count(out var count) == Success && ordinal < count; ordinal++)
        {
            if (Get(out var device, ordinal) == Success
                && GetAttribute(out var major, MajorAttribute, device) == Success
                && GetAttribute(out var minor, MinorAttribute, device) == Success
                && GetTotalMemory(out var bytes, device) == Success)
            {
                devices.Add(new CudaDevice(NameOf(device), major, minor, (long)bytes));
            }
        }

        return devices;
    }

    private static string NameOf(int device)
    {
        Span<byte> name = stackalloc byte[LongestName];
        return GetName(name, LongestName, device) == Success ? System.Text.Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]) : "unknown";
    }

    private static string Explain(int code) =>
        GetErrorString(code, out var text) == Success && Marshal.PtrToStringUTF8(text) is { } words ? $"{words} ({code})" : $"error {code}";

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static partial int GetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetCount")]
    private static partial int Count(out int count);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int Get(out int device, int ordinal);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static partial int GetName(Span<byte> name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    private static partial int GetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int GetTotalMemory(out nuint bytes, int device);

    [LibraryImport(Library, EntryPoint = "cuGetErrorString")]
    private static partial int GetErrorString(int code, out nint text);
}

/// <param name="Major">Of its compute capability.</param>
/// <param name="Minor">Of its compute capability.</param>
internal sealed record CudaDevice(string Name, int Major, int Minor, long MemoryBytes);
