using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Rerank.Operator.Run;

namespace Rerank.Operator.Tests.Run;

public sealed class RunCommandTests
{
    [Fact]
    public void Listen_InAnImageThatNamesPorts_GoesByOneSettingAlone()
    {
        var builder = WebApplication.CreateSlimBuilder(["--http_ports=8080", "--https_ports=8443"]);

        RunCommand.ListenAtUrls(builder);

        Assert.Equal("http://+:8080", builder.Configuration[WebHostDefaults.ServerUrlsKey]);
        Assert.Equal(("", ""), (builder.Configuration[WebHostDefaults.HttpPortsKey], builder.Configuration[WebHostDefaults.HttpsPortsKey]));
    }
}
