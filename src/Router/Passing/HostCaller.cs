using System.Diagnostics;
using System.Net;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Programs.Traces;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Passing;

/// <summary>
/// Has a host of a tier answer a request, whose body it is given as it comes. One that isn't ready or doesn't know the path is followed by others, and one that is broken by one other, as long as
/// the body can be sent anew.
/// </summary>
internal sealed class HostCaller(IHttpForwarder forwarder, ScoreHealthPolicy health, ClusterLoads loads, ILogger<HostCaller> logger)
{
    private const int MostBroken = 2;

    // The request's own budget ends it: nothing is silent for longer than the whole may take.
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromMilliseconds(2L * RoutingLimits.MaxRequestTimeoutMilliseconds),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <returns>What it counts as: the status that was sent, or why the answer wasn't sent whole.</returns>
    /// <exception cref="RequestException">No host has answered.</exception>
    public async Task<int> CallAsync(PassedCall call)
    {
        var cluster = call.Tier.Cluster;
        var load = loads.Of(cluster);

        // Where nobody scores in time, nobody would tokenize in time. That somebody does says nothing of scoring.
        if (load.Breaker.OpenFor() is { } open)
            throw NotAsked(cluster, open);
        if (load.Passing.Refuse(out var ticket) is { } pause)
            throw NotAsked(cluster, pause);
        try
        {
            return await CallAsync(call, load.Passing, ticket);
        }
        finally
        {
            load.Passing.Ended(ticket);
        }
    }

    private async Task<int> CallAsync(PassedCall call, CircuitBreaker breaker, CircuitBreaker.Ticket ticket)
    {
        var (context, cluster, body) = (call.Context, call.Tier.Cluster, call.Body);
        HashSet<DestinationState>? tried = null;
        var broken = 0;
        var why = "can be reached";
        while ((tried?.Count ?? 0) < ScoreClient.MostTries && DestinationPicker.Pick(cluster, tried) is { } destination)
        {
            (tried ??= []).Add(destination);
            var hasOther = tried.Count < ScoreClient.MostTries && DestinationPicker.Pick(cluster, tried) is not null;
            var (error, isRefused) = await TryAsync(call, destination, hasOther);
            Report(call, destination, error);
            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || (error == ForwarderError.None && !isRefused))
            {
                if (!context.RequestAborted.IsCancellationRequested)
                    breaker.Answered();
                return CodeOf(error, call);
            }

            call.Reset();
            context.Features.Set<IForwarderErrorFeature>(null);
            body.ThrowIfTooLarge();
            if (call.Budget.IsLate)
            {
                // Not where it is the caller who took all the time.
                if (call.HasWholeTime && body.HasEnded && breaker.Late(ticket, destination.DestinationId, cluster.DestinationsState.AvailableDestinations.Count) is { } pause)
                    Log.CircuitOpened(logger, cluster.ClusterId, pause.TotalSeconds);
                throw new RequestException(RequestErrorKind.DeadlineExceeded, $"{cluster.ClusterId} did not answer in the time allowed");
            }

            breaker.Answered();
            if (error == ForwarderError.RequestBodyClient)
                throw new RequestException(RequestErrorKind.Malformed, "the body can't be read");
            why = isRefused ? $"answers {call.Path} now" : "can be reached";
            broken += isRefused ? 0 : 1;
            if (broken == MostBroken || !body.CanBeSentAnew)
                break;
            body.Rewind();
        }

        throw new RequestException(new RequestError(RequestErrorKind.Unavailable, $"no host of {cluster.ClusterId} {why}", RetryAfterSeconds: 1));
    }

    private async Task<(ForwarderError Error, bool IsRefused)> TryAsync(PassedCall call, DestinationState destination, bool hasOther)
    {
        var (context, cluster) = (call.Context, call.Tier.Cluster);
        var prefix = destination.Model.Config.Address.TrimEnd('/');
        using var span = RouterTraces.Pass(cluster.ClusterId, prefix);
        DestinationPicker.Enter(destination);
        try
        {
            var request = new PassedRequest(call, destination, hasOther, span);
            var error = await forwarder.SendAsync(context, prefix, cluster.Model.HttpClient, Config, request, call.Budget.Token);
            if (error == ForwarderError.None)
                span.SetStatus(context.Response.StatusCode);
            else
                span?.SetStatus(ActivityStatusCode.Error, error.ToString());
            return (error, request.IsRefused);
        }
        finally
        {
            DestinationPicker.Leave(destination);
        }
    }

    /// <summary>
    /// As score requests have it: who isn't ready, has too much to do or too little time isn't broken. Who answers isn't well for that: the model takes no part in it. Nor is a host broken that takes no
    /// more of a body, since it may have refused the request by then.
    /// </summary>
    private void Report(PassedCall call, DestinationState destination, ForwarderError error)
    {
        var status = call.Context.Response.StatusCode;
        var failed = error switch
        {
            ForwarderError.None => status >= 500 && status is not (StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout),
            // The budget's end is none: that cancels.
            ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination => true,
            _ => false,
        };
        if (!failed)
            return;
        if (error != ForwarderError.None)
            Log.HostFailed(logger, call.RequestId, destination.DestinationId, call.Tier.Cluster.ClusterId, error);
        health.Report(call.Tier.Cluster, destination, failed: true);
    }

    private static int CodeOf(ForwarderError error, PassedCall call) => error switch
    {
        ForwarderError.ResponseBodyDestination => StatusCodes.Status502BadGateway,
        ForwarderError.ResponseBodyCanceled when call.Budget.TimeLeft == TimeSpan.Zero => StatusCodes.Status504GatewayTimeout,
        ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => StatusCodes.Status499ClientClosedRequest,
        _ => call.Context.Response.StatusCode,
    };

    private static RequestException NotAsked(ClusterState cluster, TimeSpan pause) => new(new RequestError(
        RequestErrorKind.Unavailable, $"{cluster.ClusterId} has not answered in time of late, and is asked again soon", RetryAfterSeconds: (int)Math.Ceiling(pause.TotalSeconds)));
}
