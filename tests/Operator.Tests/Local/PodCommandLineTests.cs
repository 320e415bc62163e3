using k8s.Models;
using Rerank.Operator.Local;

namespace Rerank.Operator.Tests.Local;

public sealed class PodCommandLineTests
{
    private static readonly Dictionary<string, string> Folders = new()
    {
        ["/run/rerank"] = "/state/p1/sockets",
        ["/etc/rerank/config"] = "/state/p1/config",
        ["/etc/rerank"] = "/state/p1/other",
    };

    private static readonly Dictionary<int, int> Ports = new() { [8080] = 41001, [9090] = 41002 };

    [Theory]
    [InlineData("serve", "serve")]
    [InlineData("http://+:8080", "http://127.0.0.1:41001")]
    [InlineData("http://+:8080;http://+:9090", "http://127.0.0.1:41001;http://127.0.0.1:41002")]
    [InlineData("http://unix:/run/rerank/small.sock", "http://unix:/state/p1/sockets/small.sock")]
    [InlineData("/run/rerank", "/state/p1/sockets")]
    [InlineData("/run/reranker", "/run/reranker")]
    [InlineData("/etc/rerank/config/model-set.json", "/state/p1/config/model-set.json")]
    [InlineData("/etc/rerank/admin/token", "/state/p1/other/admin/token")]
    public void Arguments_PathsAndPortsOfThePod_BecomeThoseOfThisMachine(string argument, string expected)
    {
        var container = new V1Container { Name = "host", Args = [argument] };

        Assert.Equal([expected], PodCommandLine.Arguments(container, Folders, Ports));
    }

    [Fact]
    public void Arguments_DrainSeconds_NobodyWaits()
    {
        var container = new V1Container { Name = "host", Args = ["--drain-seconds", "5", "--urls", "http://+:8080"] };

        Assert.Equal(["--drain-seconds", "0", "--urls", "http://127.0.0.1:41001"], PodCommandLine.Arguments(container, Folders, Ports));
    }

    [Fact]
    public void Arguments_PortThatTheContainerDoesNotDeclare_IsAnError()
    {
        var container = new V1Container { Name = "host", Args = ["http://+:1234"] };

        var exception = Assert.Throws<InvalidOperationException>(() => PodCommandLine.Arguments(container, Folders, Ports));
        Assert.Contains("http://+:1234", exception.Message, StringComparison.Ordinal);
    }
}
