using Rerank.Contracts.Dialects;
using Rerank.Router.Buffers;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;

namespace Rerank.Router.Serving;

/// <summary>A rerank request, whatever its dialect: parse, rank, answer, remember.</summary>
internal sealed class RerankEndpoint(TableStore tables, TieredRanker ranker, RouterMetrics metrics, TimeProvider time, ILogger<RerankEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context, Dialect dialect)
    {
        var started = time.GetTimestamp();
        var id = RerankHeaders.RequestIdOf(context.Request, time);
        context.Response.Headers[RerankHeaders.RequestId] = id;
        var serverError = false;
        try
        {
            await AnswerAsync(context, dialect, id, started);
        }
        catch (RequestException e)
        {
            serverError = IsServers(e.Error.Kind);
            await RerankResponses.WriteErrorAsync(context, dialect, e.Error with { RequestId = id });
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            serverError = true;
            Log.RequestFailed(logger, e, id);
            await RerankResponses.WriteErrorAsync(
                context, dialect, new RequestError(RequestErrorKind.Internal, "the router failed; its log has the request id") { RequestId = id });
        }

        metrics.RequestAnswered(dialect.Name, context.Response.StatusCode, serverError, time.GetElapsedTime(started));
    }

    private static bool IsServers(RequestErrorKind kind) => kind is RequestErrorKind.Unavailable or RequestErrorKind.DeadlineExceeded or RequestErrorKind.Internal;

    private async Task AnswerAsync(HttpContext context, Dialect dialect, string id, long started)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            throw new RequestException(RequestErrorKind.MethodNotAllowed, $"{context.Request.Path} takes POST, not {context.Request.Method}");
        }

        var table = tables.Current
            ?? throw new RequestException(new RequestError(RequestErrorKind.Unavailable, "the router has no routing table yet", RetryAfterSeconds: 1));
        context.Response.Headers[RerankHeaders.Revision] = table.Revision;

        var timeout = RerankHeaders.TimeoutOf(context.Request, table.Policy.RequestTimeoutMilliseconds);
        var request = await ReadAsync(context, dialect, table);
        var parsed = time.GetElapsedTime(started);

        var deadline = Deadline.ForTiers(time, started, timeout);
        var outcome = await RankAsync(context, table, request, deadline);

        using var body = new PooledBuffer(64 * outcome.Results.Length);
        dialect.WriteAnswer(body, request, new RerankAnswer { RequestId = id, Model = outcome.Model, Results = outcome.Results, InputTokens = outcome.TokensFed });
        var headers = context.Response.Headers;
        headers[RerankHeaders.Tier] = outcome.Tier;
        headers[RerankHeaders.ServerTiming] = RerankHeaders.FormatTiming(parsed, outcome.Timings);
        if (outcome.Degraded is not null)
            headers[RerankHeaders.Degraded] = "true";
        try
        {
            await RerankResponses.WriteAsync(context, StatusCodes.Status200OK, body);
        }
        finally
        {
            Remember(table, outcome);
        }
    }

    private static async Task<RerankRequest> ReadAsync(HttpContext context, Dialect dialect, ServingTable table)
    {
        var limits = table.Policy.Limits;
        using var body = await RequestBody.ReadAsync(context.Request, limits.MaxBodyBytes, context.RequestAborted);
        return dialect.Parse(body.Written, limits);
    }

    /// <summary>
    /// A request that began just before a change of the table may find that the old revision's model has left the hosts. It is then ranked as
    /// the new table says, instead of failing or getting less.
    /// </summary>
    private async Task<RankingOutcome> RankAsync(HttpContext context, ServingTable table, RerankRequest request, Deadline deadline)
    {
        try
        {
            var outcome = await ranker.RankAsync(context, table, request, deadline, context.RequestAborted);
            if (outcome.Degraded is null || tables.Current == table)
                return outcome;
        }
        catch (RequestException e) when (IsServers(e.Error.Kind) && tables.Current != table)
        {
        }

        var current = tables.Current!;
        context.Response.Headers[RerankHeaders.Revision] = current.Revision;
        return await ranker.RankAsync(context, current, request, deadline, context.RequestAborted);
    }

    private void Remember(ServingTable table, RankingOutcome outcome)
    {
        foreach (var (key, score) in outcome.New)
            table.Cache?.Pairs.Set(key, score);
        metrics.Escalated(outcome.Escalated);
        if (outcome.Degraded is { } reason)
            metrics.Degraded(reason);
    }
}
