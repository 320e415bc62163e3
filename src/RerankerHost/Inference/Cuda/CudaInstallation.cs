namespace Rerank.RerankerHost.Inference.Cuda;

/// <summary>What there is of all that CUDA models need, whichever flavour this build is.</summary>
internal sealed record CudaInstallation(IReadOnlyList<CudaLibraryState> Libraries, CudaDriver Driver)
{
    /// <summary>CUDA 13.0: what the package is built for. Drivers run what is older than they are, and not what is newer.</summary>
    private const int OldestDriverVersion = 13_000;

    /// <summary>
    /// Which compute capabilities the package has code for, as its own file says (<c>cuobjdump --list-elf</c>). Code runs on what has the same first number and
    /// no smaller second; there is none that a driver could compile for others, so not for 10.x. The Gpu flavour's tests hold it to the file.
    /// </summary>
    public static IReadOnlyList<(int Major, int Minor)> Capabilities { get; } = [(7, 5), (8, 0), (8, 6), (8, 9), (9, 0), (12, 0)];

    /// <summary>What keeps CUDA from being used, in words; null: nothing that can be seen from outside.</summary>
    public string? Problem =>
        MissingLibraries() ?? Driver.Problem ?? OldDriver() ?? (Driver.Devices is [var first, ..] ? ForeignDevice(first) : "the NVIDIA driver sees no GPU");

    /// <summary>Loads every library that is there for a moment.</summary>
    public static CudaInstallation Look() =>
        new([.. CudaLibrary.All.Select(library => new CudaLibraryState(library, SharedLibrary.Find(library.Name)))], CudaDriver.Look());

    public static bool HasCodeFor(CudaDevice device) => Capabilities.Any(c => c.Major == device.Major && c.Minor <= device.Minor);

    /// <summary>As people write it: 13.0.</summary>
    public static string VersionText(int version) => $"{version / 1000}.{version % 1000 / 10}";

    private string? MissingLibraries()
    {
        var missing = Libraries.Where(l => l.IsMissing).ToList();
        return missing.Count == 0 ? null : string.Join("; ", missing.GroupBy(l => (l.Library.From, l.Found.Problem)).Select(group =>
            $"{string.Join(", ", group.Select(l => l.Library.Name))} of {group.Key.From}: {group.Key.Problem}"));
    }

    private string? OldDriver() => Driver.Version is { } version && version < OldestDriverVersion
        ? $"the NVIDIA driver can run CUDA {VersionText(version)}, and {VersionText(OldestDriverVersion)} is needed: driver 580 or later, or CUDA's compatibility libraries"
        : null;

    private static string? ForeignDevice(CudaDevice device) => HasCodeFor(device)
        ? null
        : $"{device.Name} has compute capability {device.Major}.{device.Minor}, and ONNX Runtime's package has code for {string.Join(", ", Capabilities.Select(c => $"{c.Major}.{c.Minor}"))}";
}
