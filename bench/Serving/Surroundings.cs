using Rerank.Contracts.Models;
using Rerank.RerankerHost.Serving;
using Rerank.Serving.Load;

namespace Rerank.Serving;

/// <summary>Where things are on this machine.</summary>
internal sealed record Surroundings(string Repository, string Folder)
{
    private string NodeFolder => Path.Combine(Repository, "bench", "Serving", "node");

    /// <summary>Whether the Node.js server's packages are installed: <c>npm ci --ignore-scripts</c> in its folder.</summary>
    public bool HasNode => Directory.Exists(Path.Combine(NodeFolder, "node_modules"));

    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Operator.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("not within the repository");
    }

    public static Task<ServerProcess> StartHostAsync(string folder, LastLayer lastLayer) => ServerProcess.StartAsync(
        Path.ChangeExtension(typeof(ServeOptions).Assembly.Location, null),
        port => ["serve", folder, "--last-layer", lastLayer.ToString(), "--urls", $"http://127.0.0.1:{port}", "--max-queue-seconds", "3600", "--request-timeout-milliseconds", "600000"],
        "/health/ready");

    public Task<ServerProcess> StartNodeAsync(string folder) =>
        ServerProcess.StartAsync("node", port => [Path.Combine(NodeFolder, "server.mjs"), folder, port.ToString()], "/");
}
