using System.Globalization;

namespace Rerank.RerankerHost.Scheduling;

/// <summary>
/// How much CPU time the control group of the process may use, in cores. The runtime rounds it up, and a thread more than there is time for is one that the kernel stops in the middle of a run, with
/// whoever waits for it.
/// </summary>
/// <param name="root">Of the file system.</param>
internal sealed class CpuQuota(string root = "/")
{
    // Where distributions mount the first version's controller.
    private static readonly string[] FirstVersion = ["sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct"];

    /// <summary>Threads that it pays to keep busy: the whole cores of the quota, of those that the process may run on, and at least one.</summary>
    /// <param name="processors">Cores that the process may run on.</param>
    public int Threads(int processors) => Cores is { } cores && cores < processors ? Math.Max(1, (int)cores) : processors;

    /// <summary>The least that the group or one of those above it allows; null: there's no limit.</summary>
    public double? Cores
    {
        get
        {
            double? least = null;
            foreach (var line in Lines("proc/self/cgroup"))
            {
                // hierarchy:controllers:path, and of the second version 0::path.
                if (line.Split(':', 3) is not [_, var controllers, var path])
                    continue;
                var limits = controllers.Length == 0 ? Limits("sys/fs/cgroup", path, SecondVersionLimit)
                    : controllers.Split(',').Contains("cpu") ? FirstVersion.SelectMany(mount => Limits(mount, path, FirstVersionLimit))
                    : [];
                foreach (var limit in limits)
                    least = least < limit ? least : limit;
            }

            return least;
        }
    }

    // From the group up to the mount's own, which is all that a container without a namespace of its own sees.
    private static IEnumerable<double> Limits(string mount, string path, Func<string, double?> limitOf)
    {
        for (var group = path.Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
        {
            if (limitOf(Path.Combine(mount, group)) is { } limit)
                yield return limit;
            if (group.Length == 0)
                yield break;
        }
    }

    /// <summary>cpu.max: "QUOTA PERIOD", or "max PERIOD".</summary>
    private double? SecondVersionLimit(string group) =>
        Lines(Path.Combine(group, "cpu.max")) is [var line, ..] && line.Split(' ') is [var quota, var period] ? Quotient(quota, period) : null;

    /// <summary>-1: no limit.</summary>
    private double? FirstVersionLimit(string group) =>
        Lines(Path.Combine(group, "cpu.cfs_quota_us")) is [var quota, ..] && Lines(Path.Combine(group, "cpu.cfs_period_us")) is [var period, ..] ? Quotient(quota, period) : null;

    private static double? Quotient(string quota, string period) =>
        long.TryParse(quota, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && long.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var of) && of > 0
            ? (double)time / of
            : null;

    private string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not on Linux, or not in this version, or not of this group.
            return [];
        }
    }
}
