using System.Text.Json;
using Rerank.RerankerHost.Tests.Models;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Telemetry;

public sealed class LogTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Json_IsALineOfItForEveryMessage()
    {
        await using var host = await HostProcess.StartAsync(_folder, "--log-format", "json");
        await Eventually.True(() => host.LastLines.Contains("Application started", StringComparison.Ordinal), RunningHost.Cancelled);

        Assert.All(host.LastLines.Split('\n'), line =>
        {
            using var json = JsonDocument.Parse(line);
            Assert.Equal("Information", json.RootElement.GetProperty("LogLevel").GetString());
            Assert.EndsWith("Z", json.RootElement.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
            Assert.NotEqual("", json.RootElement.GetProperty("Message").GetString());
        });
    }

    [Fact]
    public async Task Text_IsALineForEveryMessage()
    {
        await using var host = await HostProcess.StartAsync(_folder);
        await Eventually.True(() => host.LastLines.Contains("Application started", StringComparison.Ordinal), RunningHost.Cancelled);

        Assert.All(host.LastLines.Split('\n'), line => Assert.Matches(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z info: ", line));
    }
}
