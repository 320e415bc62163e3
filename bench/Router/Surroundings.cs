using Rerank.RouterBench.Load;

namespace Rerank.RouterBench;

/// <summary>How long to measure, and this program's own servers.</summary>
internal sealed record Surroundings(int Rounds, TimeSpan Turn)
{
    /// <summary>Root of the repository.</summary>
    public string Repository { get; } = RootAbove(AppContext.BaseDirectory);

    /// <param name="server">One of this program's subcommands.</param>
    public static Task<Server> StartAsync(string server) =>
        Server.StartAsync(Environment.ProcessPath!, port => [server, "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)], "/health/ready");

    private static string RootAbove(string path)
    {
        var folder = new DirectoryInfo(path);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("not within the repository");
    }
}
