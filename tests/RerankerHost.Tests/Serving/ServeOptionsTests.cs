using Rerank.Http;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Tests.Serving;

public sealed class ServeOptionsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nothing to serve")]
    [InlineData("neither a directory nor an *.onnx file", "/does/not/exist")]
    [InlineData("two models are named", "FOLDER", "FOLDER")]
    [InlineData("DIR can't be used together", "FOLDER", "--model-set", "x")]
    [InlineData("--admin-token-file", "--model-set", "x", "--admin-urls", "http://+:9090")]
    [InlineData("does not exist", "--admin-urls", "http://+:9090", "--admin-token-file", "/does/not/exist")]
    [InlineData("is empty", "--admin-urls", "http://+:9090", "--admin-token-file", "EMPTY")]
    [InlineData("only http", "FOLDER", "--urls", "https://+:8080")]
    [InlineData("the host must be", "FOLDER", "--urls", "http://example.com:8080")]
    [InlineData("given twice", "FOLDER", "--urls", "http://+:8080", "--probe-urls", "http://+:8080")]
    [InlineData("--max-queue-seconds", "FOLDER", "--max-queue-seconds", "0")]
    [InlineData("--threads", "FOLDER", "--threads", "0")]
    [InlineData("--execution-providers: must be CPU, CUDA or both", "FOLDER", "--execution-providers", "CUDA,TensorRT")]
    [InlineData("--execution-providers: must be CPU, CUDA or both", "FOLDER", "--execution-providers", "CPU,CPU")]
    [InlineData("--max-body-bytes", "FOLDER", "--max-body-bytes", "1")]
    public void Problems_WrongOptions_AreNamed(string expected, params string[] args)
    {
        var empty = _folder.Write("empty", []);
        var parsed = ServeCommand.Parse([.. args.Select(a => a.Replace("FOLDER", _folder.Path).Replace("EMPTY", empty))]);

        Assert.Contains(ServeOptionsCheck.Problems(parsed), p => p.Contains(expected));
    }

    [Theory]
    [InlineData("http://+:8080", "+", 8080, null)]
    [InlineData("http://*:80", "+", 80, null)]
    [InlineData("http://127.0.0.1:0", "127.0.0.1", 0, null)]
    [InlineData("http://unix:/run/rerank/small.sock", "", -1, "/run/rerank/small.sock")]
    public void ListenAddress_Parse_ReadsWhatKestrelReads(string url, string host, int port, string? socket) =>
        Assert.Equal(new ListenAddress(host, port, socket), ListenAddress.Parse(url));
}
