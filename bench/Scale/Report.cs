using System.Globalization;
using Rerank.Scale.Operator;

namespace Rerank.Scale;

/// <summary>The tables for docs/benchmarks.md.</summary>
internal static class Report
{
    private const double Mebi = 1024 * 1024;

    public static void Head(TextWriter output)
    {
        output.WriteLine("| phase | seconds | reconciles | p50 | p99 | reads/s | writes | managed | resident |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    }

    public static void Row(TextWriter output, string phase, TimeSpan duration, Measured measured) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {phase} | {duration.TotalSeconds:0} | {measured.ReconcileMilliseconds.Length} | {measured.Percentile(50):0.0} ms | {measured.Percentile(99):0.0} ms "
            + $"| {measured.Reads / duration.TotalSeconds:0} | {measured.Writes} | {measured.ManagedBytes / Mebi:0} MiB | {measured.ResidentBytes / Mebi:0} MiB |"));

    public static void Requests(TextWriter output, string phase, Measured measured, int per)
    {
        output.WriteLine();
        output.WriteLine($"{phase}:");
        output.WriteLine();
        output.WriteLine("| request | number | per pipeline |");
        output.WriteLine("|---|---:|---:|");
        foreach (var (request, count) in measured.Requests)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {request} | {count} | {(double)count / per:0.0} |"));
    }
}
