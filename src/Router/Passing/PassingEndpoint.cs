using Rerank.Dialects;
using Rerank.Http;
using Rerank.Router.Feedback;
using Rerank.Router.Routing;
using Rerank.Router.Serving;
using Rerank.Router.Telemetry;

namespace Rerank.Router.Passing;

/// <summary>
/// A request that is none of ranking, and that hosts answer: passed on unread to one that holds the model which decides in the stable revision. Candidates get none: nobody would compare what
/// they answer.
/// </summary>
internal sealed class PassingEndpoint(
    TableStore tables, RequestMemory memory, HostCaller caller, RequestIds ids, RouterMetrics metrics, TimeProvider time, ILogger<PassingEndpoint> logger)
{
    // What is on its way between the two connections at most, whatever the size of the body. Small ones take what their connections have, too.
    private const int MostHeld = LimitedBodyStream.MostKept;
    private const int LeastHeld = 32 * 1024;

    public async Task HandleAsync(HttpContext context, HostRoute route)
    {
        var started = time.GetTimestamp();
        var id = RerankHeaders.RequestIdOf(context.Request, ids);
        context.Response.Headers[RerankHeaders.RequestId] = id;
        using var span = RouterTraces.Begin(context);
        int? code = null;
        try
        {
            code = await PassAsync(context, route, id);
            if (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
                code = context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (RequestException e)
        {
            await RerankResponses.WriteErrorAsync(context, route.Fallback, e.Error with { RequestId = id });
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Log.RequestFailed(logger, e, route.Name, id);
            await RerankResponses.WriteErrorAsync(
                context, route.Fallback, new RequestError(RequestErrorKind.Internal, "the router failed; its log has the request id") { RequestId = id });
        }

        code ??= context.Response.StatusCode;
        span.EndPassed(route.Name, id, code.Value);
        metrics.RequestPassed(route.Name, code.Value, time.GetElapsedTime(started));
    }

    /// <returns>What it counts as.</returns>
    private async Task<int> PassAsync(HttpContext context, HostRoute route, string id)
    {
        PostOnly.Check(context);
        var table = tables.Require();
        var arm = table.Stable;
        PassedCall.Identify(context.Response, id, arm);
        using var budget = new RequestBudget(context, RerankHeaders.TimeoutOf(context.Request, arm.Policy.RequestTimeoutMilliseconds), memory, time);
        await using var body = new LimitedBodyStream(context, arm.Policy.Limits.MaxBodyBytes);
        budget.HoldBody(Math.Clamp(context.Request.ContentLength ?? MostHeld, LeastHeld, MostHeld), context.Request.ContentLength);
        context.Request.Body = body;
        return await caller.CallAsync(new PassedCall(context, arm, route.Pattern, id, body, budget));
    }
}
