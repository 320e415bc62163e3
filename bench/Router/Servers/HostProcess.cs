using System.Text.Json;
using Rerank.Serving.Load;
using Rerank.Serving.Models;

namespace Rerank.RouterBench.Servers;

/// <summary>A host with a model of TinyBERT's shape.</summary>
internal static class HostProcess
{
    public static Task<ServerProcess> StartAsync(string repository, int maxQueueSeconds)
    {
        var folder = ModelFolders.Make(Path.Combine(Path.GetTempPath(), "rerank-bench-models"), repository, BertShape.TinyBertL2, quantized: false);
        var program = Path.Combine(AppContext.BaseDirectory, "RerankerHost");
        var directory = Directory.CreateTempSubdirectory("rerank-bench-").FullName;
        return ServerProcess.StartAsync(
            program,
            port => ["serve", folder, "--urls", $"http://127.0.0.1:{port}", "--model-directory", directory, "--max-queue-seconds", $"{maxQueueSeconds}"],
            "/health/ready");
    }

    public static async Task<string> DigestAsync(ServerProcess host)
    {
        using var info = JsonDocument.Parse(await host.Load.GetAsync("/info"));
        return info.RootElement.GetProperty("model_sha").GetString()!;
    }
}
