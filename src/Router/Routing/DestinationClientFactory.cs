using Yarp.ReverseProxy.Forwarder;

namespace Rerank.Router.Routing;

/// <summary>YARP's clients, over connections of <see cref="DestinationConnector"/>.</summary>
internal sealed class DestinationClientFactory(DestinationConnector connector, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        connector.Configure(handler);

        // Else a span that is never sent would come between ours and the host's. What headers there are is RouterTraces' to say.
        handler.ActivityHeadersPropagator = null;
    }
}
