using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Sources;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Serving;

/// <summary>The program itself, where it can't start for a reason that whoever started it can mend: one line says it.</summary>
public sealed class CannotStartTests : IDisposable
{
    private static readonly string Tiny = Path.Combine(AppContext.BaseDirectory, "models", "tiny");

    private readonly TestFolder _folder = new();
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public void Dispose()
    {
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Serve_FolderWithoutTokenizer_IsOneLine()
    {
        foreach (var file in (string[])["model.onnx", "config.json", "tokenizer_config.json"])
            _folder.Write($"model/{file}", await File.ReadAllBytesAsync(Path.Combine(Tiny, file), RunningHost.Cancelled));

        await AssertOneLineAsync($"{_folder["model"]} has no tokenizer.json", "serve", _folder["model"], "--urls", "http://127.0.0.1:0");
    }

    [Theory]
    [InlineData("serve", "DIR: {0} is neither a directory nor an *.onnx file")]
    [InlineData("score", "FileNotFound: there is no folder {0}")]
    [InlineData("golden", "FileNotFound: there is no folder {0}")]
    [InlineData("tokenize", "FileNotFound: can't read {0}/tokenizer.json: Could not find file '{0}/tokenizer.json'.")]
    public async Task Command_PathThatDoesNotExist_IsOneLine(string command, string line) =>
        await AssertOneLineAsync(line.Replace("{0}", _folder["none"], StringComparison.Ordinal), command, _folder["none"]);

    [Fact]
    public async Task Serve_AddressThatCannotBeHad_IsOneLine()
    {
        // Of a block that is for documents.
        await AssertOneLineAsync("can't listen on http://192.0.2.1:18080: Cannot assign requested address", "serve", Tiny, "--model-directory", _folder["data"], "--urls", "http://192.0.2.1:18080");
    }

    [Fact]
    public async Task Serve_AddressInUse_IsOneLine_AndNoCrashOfTheModel()
    {
        _other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)_other.LocalEndpoint).Port}";

        for (var i = 0; i < 2; i++)
            await AssertOneLineAsync($"Failed to bind to address {address}: address already in use.", "serve", Tiny, "--model-directory", _folder["data"], "--urls", address);

        var spec = await new HandServedModel(new FileHashes()).DescribeAsync(Tiny, new ServeOptions().ExecutionProviders, LastLayer.Auto, RunningHost.Cancelled);
        var options = new ServeOptions { ModelDirectory = _folder["data"] };
        var time = new FakeTimeProvider();
        using var marks = new CrashMarks(options, new MemoryRecord(options, time), time);
        using var mark = marks.Open(spec);
        Assert.Empty(mark!.CrashTimes);
    }

    private static async Task AssertOneLineAsync(string line, params string[] arguments)
    {
        var result = await Command.RunAsync("dotnet", [typeof(ModelLoadException).Assembly.Location, .. arguments], RunningHost.Cancelled);

        Assert.Equal(line, result.Error.Trim());
        Assert.DoesNotContain(" at ", result.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitCode);
    }
}
