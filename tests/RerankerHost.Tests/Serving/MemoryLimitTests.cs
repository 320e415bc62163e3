using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Tests.Models;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>
/// The program itself, as it runs in a container with 1 GiB, under requests that are made to take memory: it lives, and answers others meanwhile. Control groups can't be written everywhere, so its heap is
/// limited as the runtime limits it in such a container, and what the kernel counted is compared with the limit.
/// </summary>
[Collection(WholeProcess.Name)]
public sealed class MemoryLimitTests : IDisposable
{
    private const long Limit = 1L << 30;
    private const int MiB = 1024 * 1024;
    private const int HalfSent = 64;
    private const int Hostile = 200;
    private const int Few = 24;
    private const int Lanes = 4;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("xlmroberta2")]
    [InlineData("oddbpe")]
    public async Task HalfSentBodiesAndHostileTexts_ItLives_AndSmallRequestsAreAnswered(string family)
    {
        var heap = $"DOTNET_GCHeapHardLimit={Limit / 4 * 3:X}";
        await using var host = await HostProcess.StartAsync(_folder, "env", [heap, "dotnet"], ["--request-timeout-milliseconds", "20000"]);
        await host.ApplyAsync(RunningHost.Set(1, Model(family)));
        await Eventually.True(async () => (await host.StatusAsync()).Ready, RunningHost.Cancelled);
        Assert.Equal(HttpStatusCode.OK, await SmallAsync(host));

        var sockets = new List<Socket>();
        HttpStatusCode[] atOnce, few;
        try
        {
            // Half-sent bodies keep the room for large ones until their time is up, so that most of these are refused.
            for (var i = 0; i < HalfSent; i++)
                sockets.Add(await SendHalfAsync(host));
            atOnce = await WithSmallOnesAsync(host, Task.WhenAll(Enumerable.Range(0, Hostile).Select(i => HostileAsync(host, i))));
            sockets.ForEach(socket => socket.Dispose());

            // As many as there is room for are all let in, and worked off to their end.
            var next = -1;
            few = await WithSmallOnesAsync(host, Task.WhenAll(Enumerable.Range(0, Lanes).Select(async _ =>
            {
                var codes = new List<HttpStatusCode>();
                while (Interlocked.Increment(ref next) is var i && i < Few)
                    codes.Add(await HostileAsync(host, i));
                return codes;
            })).ContinueWith(lanes => lanes.Result.SelectMany(codes => codes).ToArray(), TaskScheduler.Default));
        }
        catch (HttpRequestException e)
        {
            Assert.Fail($"the host is gone: {e.Message}\n{host.LastLines}");
            return;
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{family}: {string.Join(", ", atOnce.CountBy(code => code))}; then {string.Join(", ", few.CountBy(code => code))}; {host.MostResidentBytes / MiB} MiB");
        Assert.All([.. atOnce, .. few], code => Assert.Contains((int)code, (int[])[200, 413, 422, 429, 504]));
        Assert.Contains(HttpStatusCode.TooManyRequests, atOnce);
        Assert.Contains(HttpStatusCode.OK, few);
        Assert.InRange(host.MostResidentBytes, 1, Limit - 1);
        Assert.Equal(HttpStatusCode.OK, await SmallAsync(host));
        Assert.True((await host.StatusAsync()).Ready);
    }

    /// <summary>Sends small requests while others are under way.</summary>
    private static async Task<HttpStatusCode[]> WithSmallOnesAsync(HostProcess host, Task<HttpStatusCode[]> others)
    {
        var sent = 0;
        do
        {
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.OK, await SmallAsync(host));
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
            sent++;
            await Task.WhenAny(others, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, RunningHost.Cancelled));
        }
        while (!others.IsCompleted);

        Assert.InRange(sent, 2, int.MaxValue);
        return await others;
    }

    private ModelSpec Model(string family)
    {
        var files = new Dictionary<string, byte[]>
        {
            ["model.onnx"] = File.ReadAllBytes(Path.Combine(TestFiles.Model("tiny"), "model.onnx")),
            ["tokenizer.json"] = File.ReadAllBytes(Repository.File("tests", "RerankerHost.Tests", "Tokenization", "Goldens", family, "tokenizer.json")),
        };
        foreach (var (path, bytes) in files)
            _folder.Write($"{family}/{path}", bytes);
        return new ModelSpec
        {
            Name = family,
            Digest = "sha256:" + TestModel.Sha256(Encoding.UTF8.GetBytes(family)),
            Required = true,
            Source = new ModelSource { Directory = new DirectorySource(_folder[family]) },
            Files = [.. files.Select(file => new ModelFile(file.Key, TestModel.Sha256(file.Value)))],
            Contract = new ModelContract { MaxInputTokens = 128 },
        };
    }

    private static async Task<HttpStatusCode> SmallAsync(HostProcess host)
    {
        using var content = new StringContent("""{"query":"linux kernel","texts":["the kernel","an image viewer"]}""");
        using var response = await host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> HostileAsync(HostProcess host, int number)
    {
        var text = (number % 4) switch
        {
            0 => Repeated("\uFDFA"u8),
            1 => Repeated("x"u8),
            2 => Repeated("\u0345\u0301\u0323"u8),
            _ => Repeated("a1 "u8),
        };
        using var content = new HostileContent(text, number % 3 == 0 ? MiB : 8 * MiB);
        try
        {
            using var response = await host.Main.PostAsync("/rerank", content, RunningHost.Cancelled);
            return response.StatusCode;
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // The answer came while the body was still sent, and the connection was closed after some seconds of that: a refusal.
            return HttpStatusCode.TooManyRequests;
        }
    }

    private static ReadOnlyMemory<byte> Repeated(ReadOnlySpan<byte> character)
    {
        var block = new byte[character.Length * 4096];
        for (var at = 0; at < block.Length; at += character.Length)
            character.CopyTo(block.AsSpan(at));
        return block;
    }

    private static async Task<Socket> SendHalfAsync(HostProcess host)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.MainSocket), RunningHost.Cancelled);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /rerank HTTP/1.1\r\nHost: host\r\nContent-Length: {8 * MiB}\r\n\r\n"), RunningHost.Cancelled);
        var half = new byte[64 * 1024];
        half.AsSpan().Fill((byte)' ');
        try
        {
            for (var sent = 0; sent < 4 * MiB && socket.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectWrite);)
                sent += await socket.SendAsync(half, RunningHost.Cancelled);
        }
        catch (SocketException)
        {
            // Refused and closed.
        }

        return socket;
    }

    /// <summary>A request with one text of nearly a size, which the tests needn't hold as a whole.</summary>
    private sealed class HostileContent(ReadOnlyMemory<byte> block, int size) : HttpContent
    {
        private static readonly byte[] Before = Encoding.UTF8.GetBytes("""{"query":"q","texts":["b""");
        private static readonly byte[] After = Encoding.UTF8.GetBytes("\"]}");

        private int Blocks => (size - 1024) / block.Length;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Before);
            for (var i = 0; i < Blocks; i++)
                await stream.WriteAsync(block);
            await stream.WriteAsync(After);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Before.Length + (long)Blocks * block.Length + After.Length;
            return true;
        }
    }
}
