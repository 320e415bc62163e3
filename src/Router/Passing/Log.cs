using Yarp.ReverseProxy.Forwarder;

namespace Rerank.Router.Passing;

internal static partial class Log
{
    [LoggerMessage(310, LogLevel.Error, "Request {RequestId} to {Route} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string route, string requestId);

    [LoggerMessage(311, LogLevel.Warning, "Request {RequestId} was not answered by {Host} of {Cluster}: {Error}")]
    public static partial void HostFailed(ILogger logger, string requestId, string host, string cluster, ForwarderError error);

    [LoggerMessage(312, LogLevel.Warning, "Hosts of {Cluster} don't answer what is passed on to them in time, none of them: for {Seconds} s they are passed nothing")]
    public static partial void CircuitOpened(ILogger logger, string cluster, double seconds);
}
