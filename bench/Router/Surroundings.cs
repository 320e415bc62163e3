using Rerank.RouterBench.Load;

namespace Rerank.RouterBench;

/// <summary>How long to measure, and this program's own servers.</summary>
internal sealed record Surroundings(int Rounds, TimeSpan Turn)
{
    /// <param name="server">One of this program's subcommands.</param>
    public static Task<Server> StartAsync(string server) =>
        Server.StartAsync(Environment.ProcessPath!, port => [server, "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)], "/health/ready");
}
