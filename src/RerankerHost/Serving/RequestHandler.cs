using System.Buffers;
using System.Diagnostics;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Serving;

/// <summary>From HTTP request to HTTP response, for every route that scores: one answer, whatever happens, and one count.</summary>
internal abstract class RequestHandler(LimitsInForce limits, RequestMemory memory, HostMetrics metrics, TimeProvider time, ILogger logger)
{
    // What nginx calls a request whose caller has gone; it is only counted, as there's nobody to send it to.
    private const int ClientClosedRequest = 499;

    protected LimitsInForce Limits => limits;

    /// <summary>As metrics and logs call it; may become known while a request is read.</summary>
    protected abstract string Route { get; }

    public async Task HandleAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        // The router's or the caller's own, so that one id is found in all logs.
        var requestId = (Guid.TryParse(http.Request.Headers[ScoreApi.RequestIdHeader], out var known) ? known : Guid.NewGuid()).ToString();
        http.Response.Headers[ScoreApi.RequestIdHeader] = requestId;
        using var span = HostTraces.Begin(http);
        using var output = new PooledBuffer();
        var status = StatusCodes.Status200OK;
        try
        {
            PostOnly.Check(http);
            using var budget = new RequestBudget(http, TimeOf(http.Request, limits.RequestTimeout), memory, time);
            try
            {
                await AnswerAsync(http, budget, requestId, output);
            }
            catch (OperationCanceledException) when (budget.IsLate)
            {
                throw new RequestException(RequestErrorKind.DeadlineExceeded, $"not done within {budget.Timeout.TotalMilliseconds:0} ms");
            }
        }
        catch (RequestException e)
        {
            status = Fail(http.Response, output, e.Error with { RequestId = requestId });
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            status = ClientClosedRequest;
        }
        catch (Exception e)
        {
            Log.RequestFailed(logger, Route, requestId, e);
            status = Fail(http.Response, output, new RequestError(RequestErrorKind.Internal, $"internal error; request {requestId} in the log says more") { RequestId = requestId });
        }

        if (status != ClientClosedRequest)
            await EndAsync(http, status, output);
        span.End(Route, requestId, status);
        metrics.Answered(Route, status, time.GetElapsedTime(started));
    }

    /// <summary>Sends a part of an answer of which there may be more than memory for the whole. After the first there can't be an error any more: the connection ends instead.</summary>
    protected static async Task SendPartAsync(HttpContext http, PooledBuffer output, CancellationToken cancellationToken)
    {
        if (!http.Response.HasStarted)
            http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(output.Written, cancellationToken);
        output.Clear();
    }

    /// <summary>Tells in every way what the time of a scoring went into.</summary>
    protected void Report(HttpResponse response, Activity? span, ScoreTimings timings)
    {
        ServerTiming.Write(response, timings);
        HostTraces.AddStages(span, timings.Tokenization, timings.Waited, timings.Inference);
        metrics.Timed(timings.Tokenization, timings.Waited, timings.Inference);
    }

    protected abstract Task AnswerAsync(HttpContext http, RequestBudget budget, string requestId, PooledBuffer output);

    protected abstract int StatusOf(RequestErrorKind kind);

    protected abstract void WriteError(IBufferWriter<byte> output, RequestError error);

    /// <exception cref="RequestException">The time that its caller gives can't be read, or is over.</exception>
    private static TimeSpan TimeOf(HttpRequest request, TimeSpan most)
    {
        if (!request.Headers.TryGetValue(ScoreApi.TimeoutHeader, out var header))
            return most;
        if (!int.TryParse(header, out var milliseconds))
            throw new RequestException(RequestErrorKind.Invalid, $"header {ScoreApi.TimeoutHeader}: not a number of milliseconds");
        if (milliseconds <= 0)
            throw new RequestException(RequestErrorKind.DeadlineExceeded, $"header {ScoreApi.TimeoutHeader}: no time is left");
        var own = TimeSpan.FromMilliseconds(milliseconds);
        return own < most ? own : most;
    }

    private int Fail(HttpResponse response, PooledBuffer output, RequestError error)
    {
        output.Clear();
        WriteError(output, error);
        if (error.RetryAfterSeconds is { } seconds && !response.HasStarted)
            response.Headers.RetryAfter = seconds.ToString();
        return StatusOf(error.Kind);
    }

    private static async Task EndAsync(HttpContext http, int status, PooledBuffer output)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = output.Length;
        }
        else if (status != StatusCodes.Status200OK)
        {
            http.Abort();
            return;
        }

        try
        {
            await http.Response.Body.WriteAsync(output.Written, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
        }
    }
}
