using System.Diagnostics;
using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Programs.Traces;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Passing;

/// <summary>Has a host of a tier answer a request, whose body it is given as it comes. One that can't be reached is followed by one other, as long as nothing of the body is used up.</summary>
internal sealed class HostCaller(IHttpForwarder forwarder, ScoreHealthPolicy health)
{
    private const int MostTries = 2;

    // The request's own budget ends it: nothing is silent for longer than the whole may take.
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromMilliseconds(2L * RoutingLimits.MaxRequestTimeoutMilliseconds),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <exception cref="RequestException">No host has answered.</exception>
    public async Task CallAsync(HttpContext context, ServingTier tier, string path, string requestId, LimitedBodyStream body, RequestBudget budget)
    {
        HashSet<DestinationState>? tried = null;
        while (DestinationPicker.Pick(tier.Cluster, tried) is { } destination)
        {
            var error = await CallAsync(context, tier, destination, path, requestId, budget);
            Report(tier.Cluster, destination, error, context.Response.StatusCode);
            if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
                return;

            // What it has set in place of an answer.
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Features.Set<IForwarderErrorFeature>(null);
            body.ThrowIfTooLarge();
            if (budget.IsLate)
                throw new RequestException(RequestErrorKind.DeadlineExceeded, $"{tier.Cluster.ClusterId} did not answer in the time allowed");
            if (error == ForwarderError.RequestBodyClient)
                throw new RequestException(RequestErrorKind.Malformed, "the body can't be read");
            (tried ??= []).Add(destination);
            if (body.HasBegun || tried.Count == MostTries)
                break;
        }

        throw new RequestException(new RequestError(RequestErrorKind.Unavailable, $"no host of {tier.Cluster.ClusterId} can be reached", RetryAfterSeconds: 1));
    }

    private async Task<ForwarderError> CallAsync(HttpContext context, ServingTier tier, DestinationState destination, string path, string requestId, RequestBudget budget)
    {
        var prefix = destination.Model.Config.Address.TrimEnd('/');
        using var span = RouterTraces.Pass(tier.Cluster.ClusterId, prefix);
        DestinationPicker.Enter(destination);
        try
        {
            var request = new PassedRequest(destination, path, tier.Model.Digest, requestId, budget, span);
            var error = await forwarder.SendAsync(context, prefix, tier.Cluster.Model.HttpClient, Config, request, budget.Token);
            if (error == ForwarderError.None)
                span.SetStatus(context.Response.StatusCode);
            else
                span?.SetStatus(ActivityStatusCode.Error, error.ToString());
            return error;
        }
        finally
        {
            DestinationPicker.Leave(destination);
        }
    }

    /// <summary>As score requests have it: who isn't ready, has too much to do or too little time isn't broken, and doesn't count as well either.</summary>
    private void Report(ClusterState cluster, DestinationState destination, ForwarderError error, int status)
    {
        switch (error)
        {
            case ForwarderError.None when status < 500:
                health.Report(cluster, destination, failed: false);
                break;
            case ForwarderError.None when status is not (StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout):
            case ForwarderError.Request or ForwarderError.RequestBodyDestination or ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination:
                health.Report(cluster, destination, failed: true);
                break;
        }
    }
}
