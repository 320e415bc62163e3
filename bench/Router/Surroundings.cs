using Rerank.Serving.Load;

namespace Rerank.RouterBench;

/// <summary>How long to measure, and this program's own servers.</summary>
internal sealed record Surroundings(int Rounds, TimeSpan Turn)
{
    /// <summary>Root of the repository.</summary>
    public string Repository { get; } = Rerank.Serving.Surroundings.RepositoryRoot();

    /// <param name="server">One of this program's subcommands.</param>
    public static Task<ServerProcess> StartAsync(string server) =>
        ServerProcess.StartAsync(Environment.ProcessPath!, port => [server, "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)], "/health/ready");
}
