namespace Rerank.TestKit;

/// <summary>Where the repository is, for tests that read its files.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    public static string File(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (System.IO.File.Exists(Path.Combine(directory.FullName, "Operator.sln")))
                return directory.FullName;

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} has Operator.sln");
    }
}
