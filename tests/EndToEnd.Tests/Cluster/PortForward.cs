using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>A port of a pod on this machine, by <c>kubectl port-forward</c>, until it is disposed of.</summary>
internal sealed partial class PortForward : IAsyncDisposable
{
    private readonly Process _kubectl;

    private PortForward(Process kubectl, Uri address)
    {
        _kubectl = kubectl;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<PortForward> StartAsync(Kubectl kubectl, string pod, int port)
    {
        var process = kubectl.Start("port-forward", $"pod/{pod}", $":{port}", "--address", "127.0.0.1");
        var line = await process.StandardOutput.ReadLineAsync(Kubectl.Stop) ?? "";
        var local = Forwarding().Match(line);
        if (local.Success)
            return new(process, new Uri($"http://127.0.0.1:{local.Groups[1].Value}"));

        process.Kill();
        throw new InvalidOperationException($"{pod}: {line} {await process.StandardError.ReadToEndAsync(Kubectl.Stop)}");
    }

    public async ValueTask DisposeAsync()
    {
        _kubectl.Kill();
        await _kubectl.WaitForExitAsync();
        _kubectl.Dispose();
    }

    [GeneratedRegex(@"^Forwarding from 127\.0\.0\.1:(\d+)")]
    private static partial Regex Forwarding();
}
