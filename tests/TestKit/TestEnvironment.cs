using Xunit;

namespace Rerank.TestKit;

/// <summary>The folder with real Kubernetes parts for machines without Docker: TESTENV, or testenv beside the repository.</summary>
public static class TestEnvironment
{
    /// <summary>Null when it isn't there.</summary>
    public static string? Directory { get; } = Find();

    /// <summary>Path of one of its tools. Without it the test is skipped, or fails with REQUIRE_CLUSTER=1.</summary>
    public static string Tool(string name)
    {
        if (Directory is not null && Path.Combine(Directory, name) is var path && File.Exists(path))
            return path;

        var absent = $"needs {name}: set TESTENV to the folder that has it";
        Assert.False(Environment.GetEnvironmentVariable("REQUIRE_CLUSTER") is "true" or "1", $"REQUIRE_CLUSTER is set, but the test {absent}");
        Assert.Skip(absent);
        return "";
    }

    private static string? Find()
    {
        var beside = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "testenv"));
        var directory = Environment.GetEnvironmentVariable("TESTENV") is { Length: > 0 } given ? Path.GetFullPath(given) : beside;
        return System.IO.Directory.Exists(directory) ? directory : null;
    }
}
