using Rerank.Programs.Proxies;
using Rerank.TestKit;

namespace Rerank.RerankerHost.Tests.Proxies;

/// <summary>Proxies by the variables that everybody sets, and exceptions as Go's programs, kubectl among them, understand them.</summary>
public sealed class EnvironmentProxyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://huggingface.co/a", "http://secure:3128/")]
    [InlineData("http://files.example.com/a", "http://plain:3128/")]
    public void Schemes_HaveProxiesOfTheirOwn(string address, string expected) =>
        Assert.Equal(expected, Of(("HTTPS_PROXY", "secure:3128"), ("http_proxy", "http://plain:3128"))!.GetProxy(new(address))!.AbsoluteUri);

    [Fact]
    public void AllProxy_HoldsWhereThereIsNoOther()
    {
        var proxy = Of(("all_proxy", "socks5h://all"), ("HTTPS_PROXY", "https://secure"))!;

        Assert.Equal("https://secure/", proxy.GetProxy(new("https://example.com"))!.AbsoluteUri);
        Assert.Equal("socks5://all:1080/", proxy.GetProxy(new("http://example.com"))!.AbsoluteUri);
    }

    [Fact]
    public void OneScheme_TheOtherGoesDirectly() => Assert.True(Of(("HTTPS_PROXY", "p:1"))!.IsBypassed(new("http://example.com")));

    [Theory]
    [InlineData("NO_PROXY", "*")]
    [InlineData("HTTP_PROXY", "")]
    [InlineData("HTTPS_PROXY", " ")]
    public void NoProxyIsNamed_TheSystemDecides(string name, string value) => Assert.Null(Of((name, value)));

    [Theory]
    [InlineData("", "https://example.com", false)]
    [InlineData("*", "https://example.com", true)]
    [InlineData("example.com", "https://example.com", true)]
    [InlineData("example.com", "https://EXAMPLE.com.", true)]
    [InlineData("Example.com", "https://a.b.example.com", true)]
    [InlineData("example.com", "https://badexample.com", false)]
    [InlineData(".example.com", "https://a.example.com", true)]
    [InlineData(".example.com", "https://example.com", false)]
    [InlineData("*.example.com", "https://a.example.com", true)]
    [InlineData("a.org, example.com", "https://example.com", true)]
    [InlineData("a.org example.com", "https://example.com", true)]
    [InlineData("example.com:8443", "https://example.com:8443", true)]
    [InlineData("example.com:8443", "https://example.com", false)]
    [InlineData("example.com:443", "https://example.com", true)]
    [InlineData(".svc,.cluster.local", "http://search.shop.svc:8080", true)]
    [InlineData(".svc,.cluster.local", "http://search.shop.svc.cluster.local", true)]
    [InlineData("10.0.0.0/8", "https://10.96.0.1", true)]
    [InlineData("10.1.2.3/8", "https://10.96.0.1", true)]
    [InlineData("10.96.0.0/12", "https://10.112.0.1", false)]
    [InlineData("10.96.0.0/12", "https://10.111.255.255:6443", true)]
    [InlineData("10.0.0.0/8", "https://[::ffff:10.1.2.3]", true)]
    [InlineData("10.0.0.0/8", "https://10.example.com", false)]
    [InlineData("0.0.0.0/0", "https://8.8.8.8", true)]
    [InlineData("10.0.0.0/33", "https://10.0.0.1", false)]
    [InlineData("192.168.1.7", "https://192.168.1.7:6443", true)]
    [InlineData("192.168.1.7:6443", "https://192.168.1.7", false)]
    [InlineData("fd00::/8", "https://[fd12::1]:6443", true)]
    [InlineData("fd12::1", "https://[fd12::1]:6443", true)]
    [InlineData("[fd12::1]:6443", "https://[fd12::1]:6443", true)]
    [InlineData("[fd12::1]:6443", "https://[fd12::1]", false)]
    [InlineData("", "https://localhost:6443", true)]
    [InlineData("", "https://127.0.0.1:6443", true)]
    [InlineData("", "https://127.9.9.9", true)]
    [InlineData("", "https://[::1]:6443", true)]
    [InlineData(",., :,[,/", "https://example.com", false)]
    public void Exceptions_AreThoseOfGo(string noProxy, string address, bool isDirect)
    {
        var proxy = Of(("HTTPS_PROXY", "p:1"), ("HTTP_PROXY", "p:1"), ("no_proxy", noProxy))!;

        Assert.Equal(isDirect, proxy.IsBypassed(new(address)));
        Assert.Equal(isDirect, proxy.GetProxy(new(address)) is null);
    }

    [Fact]
    public void InAPod_TheApiServerIsAskedDirectly()
    {
        var proxy = Of(("HTTPS_PROXY", "p:1"), ("KUBERNETES_SERVICE_HOST", "10.96.0.1"))!;

        Assert.True(proxy.IsBypassed(new("https://10.96.0.1:443")));
        Assert.False(proxy.IsBypassed(new("https://10.96.0.2:443")));
    }

    [Theory]
    [InlineData("ftp://user:hunter2@proxy")]
    [InlineData("http://user:hunter2@pro xy")]
    [InlineData("http://user:hunter2@proxy:99999")]
    public void Address_ThatIsNone_IsNamedWithoutWhatIsInIt(string address)
    {
        var error = Assert.Throws<FormatException>(() => Of(("HTTPS_PROXY", address)));

        Assert.StartsWith("HTTPS_PROXY must be the address of a proxy", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Fact]
    public async Task Program_WithAnAddressThatIsNone_SaysSoInOneLine()
    {
        var result = await Command.RunAsync(
            "env", ["HTTPS_PROXY=ftp://user:hunter2@proxy", "dotnet", typeof(EnvironmentProxyTests).Assembly.Location.Replace("RerankerHost.Tests.dll", "RerankerHost.dll", StringComparison.Ordinal), "doctor"], Stop);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("HTTPS_PROXY must be", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Error + result.Output);
    }

    [Fact]
    public async Task Request_GoesThroughTheProxy_WithItsCredentials()
    {
        await using var proxy = new SmallProxy { Wants = "user:p@ss" };
        using var client = Client(("HTTP_PROXY", $"http://user:p%40ss@{proxy.Address}"));

        Assert.Equal("proxy", await client.GetStringAsync("http://files.example.com/model.onnx", Stop));

        Assert.Equal(["GET http://files.example.com/model.onnx HTTP/1.1"], proxy.Asked);
    }

    [Fact]
    public async Task Tunnel_Refused_ErrorHasNoCredentials()
    {
        await using var proxy = new SmallProxy { Wants = "user:hunter2" };
        using var client = Client(("HTTPS_PROXY", $"http://user:hunter2@{proxy.Address}"));

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("https://files.example.com/model.onnx", Stop));

        Assert.Equal(["CONNECT files.example.com:443 HTTP/1.1"], proxy.Asked);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Fact]
    public async Task Proxy_IsNotThere_ErrorHasNoCredentials()
    {
        var gone = new SmallProxy();
        var address = gone.Address;
        await gone.DisposeAsync();
        using var client = Client(("HTTPS_PROXY", $"http://user:hunter2@{address}"));

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("https://files.example.com/model.onnx", Stop));

        Assert.DoesNotContain("hunter2", error.ToString());
    }

    private static HttpClient Client(params (string Name, string Value)[] variables) => new(new SocketsHttpHandler { Proxy = Of(variables), UseProxy = true });

    private static EnvironmentProxy? Of(params (string Name, string Value)[] variables) =>
        EnvironmentProxy.Of(name => variables.FirstOrDefault(v => v.Name == name).Value);
}
