using Yarp.ReverseProxy.Forwarder;

namespace Rerank.Router.Routing;

/// <summary>YARP's clients, over connections of <see cref="DestinationConnector"/>.</summary>
internal sealed class DestinationClientFactory(DestinationConnector connector, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        connector.Configure(handler);
    }
}
