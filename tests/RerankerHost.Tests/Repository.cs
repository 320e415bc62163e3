namespace Rerank.RerankerHost.Tests;

/// <summary>Files of the repository and of the collections beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Model(string name) => Path.Combine(Root, "models", name);

    /// <summary>A file that is too large, or not ours, to be committed. Skips the test where it is missing, unless REQUIRE_SHARED_DATA=1.</summary>
    public static string SharedData(params string[] path)
    {
        var folder = Environment.GetEnvironmentVariable("SHARED_DATA") ?? Path.Combine(Root, "..", "shared", "data");
        var file = Path.GetFullPath(Path.Combine([folder, .. path]));
        if (File.Exists(file))
            return file;

        var missing = $"{file} is not there: put the shared test data there, or name its folder in SHARED_DATA";
        if (Environment.GetEnvironmentVariable("REQUIRE_SHARED_DATA") == "1")
            Assert.Fail(missing);
        Assert.Skip(missing);
        return file;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Operator.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"no Operator.sln above {AppContext.BaseDirectory}");
    }
}
