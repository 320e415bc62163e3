using System.Globalization;

namespace Rerank.RerankerHost.Quarantine;

/// <summary>The memory of the control group (version 2) that the process is in: in a container, the container's.</summary>
/// <param name="directory">Null: there is none.</param>
internal sealed class ControlGroup(string? directory)
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Where the process' own is.</summary>
    public static string? OwnDirectory
    {
        get
        {
            try
            {
                // In a container the path is that of its own root, "/".
                var path = File.ReadLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?["0::/".Length..];
                return path is null ? null : Path.Combine(Root, path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>How much of its limit is in use by what can't be given back, in thousandths; null: there's no limit, or nobody knows.</summary>
    public int? UsedPermille
    {
        get
        {
            if (Number("memory.max") is not ({ } limit and > 0) || Number("memory.current") is not { } current)
                return null;

            // The page cache makes room where it is needed, but for what lies in memory only.
            var cached = Statistic("memory.stat", "file") - Statistic("memory.stat", "shmem");
            return (int)Math.Clamp((current - Math.Max(0, cached)) * 1000 / limit, 0, 1000);
        }
    }

    /// <summary>How many of its processes were killed for memory since it was made.</summary>
    public long Kills => Statistic("memory.events", "oom_kill");

    private long? Number(string file) =>
        Read(file) is { } text && long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private long Statistic(string file, string name)
    {
        foreach (var line in (Read(file) ?? "").AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name) && line.Length > name.Length && line[name.Length] == ' ')
                return long.TryParse(line[(name.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }

        return 0;
    }

    private string? Read(string file)
    {
        if (directory is null)
            return null;
        try
        {
            return File.ReadAllText(Path.Combine(directory, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
