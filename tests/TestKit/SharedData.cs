using Xunit;

namespace Rerank.TestKit;

/// <summary>Collections and reference values beside the repository: too large, or not ours, to be committed.</summary>
public static class SharedData
{
    /// <summary>Skips the test where the file is missing, unless REQUIRE_SHARED_DATA=1: then it fails.</summary>
    public static string File(params string[] path)
    {
        var folder = Environment.GetEnvironmentVariable("SHARED_DATA") ?? Repository.File("..", "shared", "data");
        var file = Path.GetFullPath(Path.Combine([folder, .. path]));
        if (System.IO.File.Exists(file))
            return file;

        var missing = $"{file} is not there: put the shared test data there, or name its folder in SHARED_DATA";
        Assert.False(Environment.GetEnvironmentVariable("REQUIRE_SHARED_DATA") == "1", missing);
        Assert.Skip(missing);
        return file;
    }
}
