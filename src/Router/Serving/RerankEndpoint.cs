using Rerank.Contracts.Dialects;
using Rerank.Contracts.Routing;
using Rerank.Router.Buffers;
using Rerank.Router.Feedback;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Shadow;
using Rerank.Router.Telemetry;
using Rerank.Router.Trials;

namespace Rerank.Router.Serving;

/// <summary>A rerank request, whatever its dialect: choose an arm, parse, rank, answer, remember.</summary>
internal sealed class RerankEndpoint(
    TableStore tables, ArmChooser chooser, ArmRanker ranker, AnswerBook book, Shadows shadows, RouterMetrics metrics, TimeProvider time, ILogger<RerankEndpoint> logger)
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
        var choice = chooser.Choose(table, context.Request.Headers);
        context.Response.Headers[RerankHeaders.Revision] = choice.Arm.Revision;

        var policy = choice.Arm.Policy;
        var timeout = RerankHeaders.TimeoutOf(context.Request, policy.RequestTimeoutMilliseconds);
        var request = await ReadAsync(context, dialect, policy.Limits);
        var parsed = time.GetElapsedTime(started);

        var answer = await ranker.RankAsync(context, choice, request, Deadline.ForTiers(time, started, timeout));

        // Before it is sent: feedback may come at once.
        book.Remember(id, answer, request.Documents.Count);
        try
        {
            await WriteAsync(context, dialect, id, request, answer, parsed);
        }
        finally
        {
            Remember(answer);
        }

        shadows.Offer(answer, request);
    }

    private static async Task<RerankRequest> ReadAsync(HttpContext context, Dialect dialect, RequestLimits limits)
    {
        using var body = await RequestBody.ReadAsync(context.Request, limits.MaxBodyBytes, context.RequestAborted);
        return dialect.Parse(body.Written, limits);
    }

    private static async Task WriteAsync(HttpContext context, Dialect dialect, string id, RerankRequest request, ArmAnswer answer, TimeSpan parsed)
    {
        var outcome = answer.Outcome;
        using var body = new PooledBuffer(64 * outcome.Results.Length);
        dialect.WriteAnswer(body, request, new RerankAnswer { RequestId = id, Model = outcome.Model, Results = outcome.Results, InputTokens = outcome.TokensFed });
        var headers = context.Response.Headers;
        headers[RerankHeaders.Tier] = outcome.Tier;
        headers[RerankHeaders.ServerTiming] = RerankHeaders.FormatTiming(parsed, outcome.Timings);
        if (outcome.Degraded is not null)
            headers[RerankHeaders.Degraded] = "true";
        await RerankResponses.WriteAsync(context, StatusCodes.Status200OK, body);
    }

    private void Remember(ArmAnswer answer)
    {
        answer.Choice.Arm.Remember(answer.Outcome.New);
        metrics.Escalated(answer.Outcome.Escalated);
        if (answer.Outcome.Degraded is { } reason)
            metrics.Degraded(reason);
    }
}
