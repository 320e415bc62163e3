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
        MainSocket = mainSocket;
        Main = Client(mainSocket);
        _admin = Client(adminSocket);
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public HttpClient Main { get; }

    public string MainSocket { get; }

    /// <summary>The most memory that it has had so far, as the kernel counts it.</summary>
    public long MostResidentBytes
    {
        get
        {
            // The program's own name is that of its runtime; the socket is no other's.
            var status = Directory.GetDirectories("/proc").Where(IsIt).Select(process => File.ReadAllLines(Path.Combine(process, "status"))).Single();
            return long.Parse(status.Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim()) * 1024;
        }
    }

    /// <summary>The last of what it said.</summary>
    public string LastLines => _process.LastLines;

    public static Task<HostProcess> StartAsync(TestFolder folder, params string[] more) => StartAsync(folder, "dotnet", [], more);

    /// <param name="program">With <paramref name="arguments"/> what starts the runtime.</param>
    public static async Task<HostProcess> StartAsync(TestFolder folder, string program, string[] arguments, string[] more)
    {
        var (main, admin) = (folder["main.sock"], folder["admin.sock"]);
        var process = ChildProcess.Start(
            program,
            [
                .. arguments, typeof(ModelLoadException).Assembly.Location, "serve", "--urls", $"http://unix:{main}", "--admin-urls", $"http://unix:{admin}",
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

    private bool IsIt(string process)
    {
        try
        {
            var arguments = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
            return Path.GetFileName(arguments[0]) == "dotnet" && arguments.Contains($"http://unix:{MainSocket}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No process, or one that is gone.
            return false;
        }
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
