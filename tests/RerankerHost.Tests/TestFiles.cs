using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests;

/// <summary>Models of the repository, and collections beside it.</summary>
internal static class TestFiles
{
    public static string Model(string name) => Repository.File("models", name);

    /// <summary>A file that is too large, or not ours, to be committed. Skips the test where it is missing, unless REQUIRE_SHARED_DATA=1.</summary>
    public static string SharedData(params string[] path)
    {
        var folder = Environment.GetEnvironmentVariable("SHARED_DATA") ?? Repository.File("..", "shared", "data");
        var file = Path.GetFullPath(Path.Combine([folder, .. path]));
        if (File.Exists(file))
            return file;

        var missing = $"{file} is not there: put the shared test data there, or name its folder in SHARED_DATA";
        if (Environment.GetEnvironmentVariable("REQUIRE_SHARED_DATA") == "1")
            Assert.Fail(missing);
        Assert.Skip(missing);
        return file;
    }
}
