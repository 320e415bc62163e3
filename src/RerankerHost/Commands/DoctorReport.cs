using System.Text.Json.Serialization;
using Microsoft.ML.OnnxRuntime;
using Rerank.Contracts.Models;
using Rerank.Programs;
using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Commands;

/// <summary>What <c>doctor</c> found.</summary>
/// <param name="Chosen">What a model that allows the providers asked for would run on; null: none of them works.</param>
internal sealed record DoctorReport(
    string Version,
    string OnnxRuntime,
    IReadOnlyList<ExecutionProvider> Asked,
    ExecutionProvider? Chosen,
    IReadOnlyList<ProviderReport> Providers,
    CudaReport Cuda)
{
    public static DoctorReport Look(IReadOnlyList<ExecutionProvider> asked)
    {
        // The installation first: once ONNX Runtime has loaded its provider, libraries are found that it brought along.
        var cuda = CudaReport.Of(CudaInstallation.Look());
        ProviderReport[] providers = [.. Enum.GetValues<ExecutionProvider>().Select(p => new ProviderReport(p, Inference.Providers.IsBuiltIn(p), Inference.Providers.Try(p, CudaSettings.Default)))];
        return new DoctorReport(
            ProgramVersion.Current,
            OrtEnv.Instance().GetVersionString(),
            asked,
            asked.Select(p => providers.Single(report => report.Provider == p)).FirstOrDefault(report => report.Works)?.Provider,
            providers,
            cuda);
    }
}

/// <param name="InThisBuild">Whether this flavour has it.</param>
/// <param name="Problem">Why it doesn't work here; null: it does.</param>
internal sealed record ProviderReport(ExecutionProvider Provider, bool InThisBuild, string? Problem)
{
    public bool Works => Problem is null;
}

/// <param name="DriverVersion">The newest CUDA that the driver can run.</param>
internal sealed record CudaReport(
    IReadOnlyList<LibraryReport> Libraries, string? DriverVersion, string? DriverProblem, IReadOnlyList<DeviceReport> Devices, IReadOnlyList<string> ComputeCapabilities)
{
    public static CudaReport Of(CudaInstallation installation) => new(
        [.. installation.Libraries.Select(l => new LibraryReport(l.Library.Name, l.Library.From, l.Library.Required, l.Found.Path, l.Found.Problem))],
        installation.Driver.Version is { } version ? CudaInstallation.VersionText(version) : null,
        installation.Driver.Problem,
        [.. installation.Driver.Devices.Select(d => new DeviceReport(d.Name, $"{d.Major}.{d.Minor}", CudaInstallation.HasCodeFor(d), d.MemoryBytes))],
        [.. CudaInstallation.Capabilities.Select(c => $"{c.Major}.{c.Minor}")]);
}

/// <param name="Problem">Why it can't be loaded; null: it can.</param>
internal sealed record LibraryReport(string Name, string From, bool Required, string? Path, string? Problem);

/// <param name="Supported">Whether ONNX Runtime's package has code for its compute capability.</param>
internal sealed record DeviceReport(string Name, string ComputeCapability, bool Supported, long MemoryBytes);

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
