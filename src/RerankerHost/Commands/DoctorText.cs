using System.Globalization;
using System.Text;

namespace Rerank.RerankerHost.Commands;

/// <summary>What <c>doctor</c> found, for people.</summary>
internal static class DoctorText
{
    private const double Gibibyte = 1L << 30;

    public static string Of(DoctorReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"RerankerHost {report.Version}, ONNX Runtime {report.OnnxRuntime}\n\n");
        foreach (var provider in report.Providers)
            text.Append(CultureInfo.InvariantCulture, $"{provider.Provider,-6}{(provider.Works ? "works" : $"doesn't work: {provider.Problem}")}\n");

        text.Append("\nWhat CUDA needs:\n");
        foreach (var library in report.Cuda.Libraries)
            text.Append(CultureInfo.InvariantCulture, $"  {library.Name,-20} {StateOf(library)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  {"driver",-20} {report.Cuda.DriverProblem ?? $"for CUDA {report.Cuda.DriverVersion ?? "unknown"}"}\n");
        if (report.Cuda.Devices.Count == 0)
            text.Append(CultureInfo.InvariantCulture, $"  {"GPU",-20} none\n");
        foreach (var device in report.Cuda.Devices)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {"GPU",-20} {device.Name}, {device.MemoryBytes / Gibibyte:0.0} GiB, compute capability {device.ComputeCapability}");
            text.Append(device.Supported ? "\n" : $", for which ONNX Runtime's package has no code: it has for {string.Join(", ", report.Cuda.ComputeCapabilities)}\n");
        }

        text.Append('\n').Append(
            report.Chosen is { } chosen
                ? $"A model with executionProviders {ProvidersOption.Show(report.Asked)} runs on {chosen} here."
                : $"A model with executionProviders {ProvidersOption.Show(report.Asked)} can't run here.");
        return text.ToString();
    }

    private static string StateOf(LibraryReport library) => library.Problem is null
        ? library.Path ?? "found"
        : $"{library.Problem}{(library.Required ? "" : ", can be done without")}: {library.From}";
}
