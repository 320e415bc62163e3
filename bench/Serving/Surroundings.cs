using System.Net;
using System.Net.Sockets;
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

    public static Task<ServerProcess> StartHostAsync(string folder, LastLayer lastLayer)
    {
        var port = FreePort();
        var program = Path.ChangeExtension(typeof(ServeOptions).Assembly.Location, null);
        return ServerProcess.StartAsync(program, ["serve", folder, "--last-layer", lastLayer.ToString(), "--urls", $"http://127.0.0.1:{port}", "--max-queue-seconds", "3600", "--request-timeout-milliseconds", "600000"], port, "/health/ready");
    }

    public Task<ServerProcess> StartNodeAsync(string folder)
    {
        var port = FreePort();
        return ServerProcess.StartAsync("node", [Path.Combine(NodeFolder, "server.mjs"), folder, port.ToString()], port, "/");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
