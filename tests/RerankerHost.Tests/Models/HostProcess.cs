using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tests.Serving;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Models;

/// <summary>The program itself, as another process: what kills it doesn't kill the tests.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const string Token = "token";

    private readonly ChildProcess _process;
    private readonly HttpClient _admin;

    private HostProcess(ChildProcess process, string mainSocket, string adminSocket)
    {
        _process = process;
        Main = Client(mainSocket);
        _admin = Client(adminSocket);
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public HttpClient Main { get; }

    /// <summary>The last of what it said.</summary>
    public string LastLines => _process.LastLines;

    public static async Task<HostProcess> StartAsync(TestFolder folder, params string[] more)
    {
        var (main, admin) = (folder["main.sock"], folder["admin.sock"]);
        var process = ChildProcess.Start(
            "dotnet",
            [
                typeof(ModelLoadException).Assembly.Location, "serve", "--urls", $"http://unix:{main}", "--admin-urls", $"http://unix:{admin}",
                "--admin-token-file", folder.Write("token", Encoding.UTF8.GetBytes(Token)), "--model-directory", folder["models"], .. more,
            ]);
        var host = new HostProcess(process, main, admin);
        await Eventually.Passes(
            async () =>
            {
                try
                {
                    (await host.Main.GetAsync("/health/live", RunningHost.Cancelled)).Dispose();
                }
                catch (HttpRequestException e)
                {
                    Assert.Fail($"{e.Message}\n{process.LastLines}");
                }
            },
            RunningHost.Cancelled);
        return host;
    }

    public async Task ApplyAsync(ModelSet set)
    {
        using var response = await _admin.PutAsJsonAsync(AdminProtocol.DesiredPath, set, ContractsJson.Default.ModelSet, RunningHost.Cancelled);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(RunningHost.Cancelled));
    }

    public async Task<HostStatus> StatusAsync() => (await _admin.GetFromJsonAsync(AdminProtocol.StatusPath, WireJson.Default.HostStatus, RunningHost.Cancelled))!;

    public async ValueTask DisposeAsync()
    {
        Main.Dispose();
        _admin.Dispose();
        await _process.DisposeAsync();
    }

    private static HttpClient Client(string socket)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://host") };
    }
}
