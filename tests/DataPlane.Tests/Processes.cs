using System.Net;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Routing;
using Rerank.TestKit;

namespace Rerank.DataPlane.Tests;

/// <summary>A program of the data plane on a port of its own, which it keeps when it is started again.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly string _program;
    private readonly Func<IReadOnlyList<string>> _arguments;
    private ChildProcess _process;

    private Server(string program, int port, Func<IReadOnlyList<string>> arguments)
    {
        _program = program;
        _arguments = arguments;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _process = ChildProcess.Start(program, arguments());
    }

    public HttpClient Client { get; }

    public string Address => Client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <summary>With a model directory of its own at each start: what a process was killed at is held against its model, and here it isn't the model's doing.</summary>
    public static Server Host() => Start("RerankerHost", port =>
        ["serve", Repository.File("models", "tiny"), "--threads", "1", "--urls", $"http://127.0.0.1:{port}", "--model-directory", Directory.CreateTempSubdirectory("rerank-soak-").FullName]);

    public static Server Router(RoutingTable table)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("rerank-soak-").FullName, "routing-table.json");
        File.WriteAllText(file, JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable));
        return Start("Router", port => ["--routing-table", file, "--urls", $"http://127.0.0.1:{port}"]);
    }

    public Task SignalAsync(string name) => _process.SignalAsync(name);

    /// <summary>As the kernel kills for memory: without a word to anybody.</summary>
    public async Task KillAndStartAgainAsync()
    {
        await _process.SignalAsync("KILL");
        await _process.DisposeAsync();
        _process = ChildProcess.Start(_program, _arguments());
    }

    public Task ReadyAsync(CancellationToken cancellationToken) => Eventually.Passes(
        async () =>
        {
            using var answer = await Client.GetAsync("/health/ready", cancellationToken);
            Assert.True(answer.IsSuccessStatusCode, _process.LastLines);
        },
        cancellationToken);

    /// <summary>A value without labels of its metrics.</summary>
    public async Task<double> MetricAsync(string name, CancellationToken cancellationToken)
    {
        var metrics = await Client.GetStringAsync("/metrics", cancellationToken);
        var line = metrics.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }

    private static Server Start(string program, Func<int, IReadOnlyList<string>> arguments)
    {
        var port = Ports.Free();
        return new Server(Path.Combine(AppContext.BaseDirectory, program), port, () => arguments(port));
    }
}

/// <summary>What only looks like a host: ready, and either answers 500 to whatever it is asked or never answers.</summary>
internal sealed class BadHost : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public BadHost(bool hangs)
    {
        var port = Ports.Free();
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = ServeAsync(hangs);
    }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Close();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync(bool hangs)
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            if (context.Request.HttpMethod == "POST" && hangs)
                continue;
            context.Response.StatusCode = context.Request.HttpMethod == "POST" ? 500 : 200;
            context.Response.Close();
        }
    }
}
