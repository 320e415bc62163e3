using System.Globalization;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Router.Feedback;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Serving;

/// <summary>A rerank request, whatever its dialect: choose an arm, parse, rank, answer.</summary>
internal sealed class RerankEndpoint(
    TableStore tables, RequestMemory memory, ArmChooser chooser, ArmRanker ranker, AnswerObservers observers, RequestIds ids, RouterMetrics metrics, TimeProvider time, ILogger<RerankEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context, RerankConversation conversation)
    {
        var started = time.GetTimestamp();
        var id = RerankHeaders.RequestIdOf(context.Request, ids);
        context.Response.Headers[RerankHeaders.RequestId] = id;
        using var span = RouterTraces.Begin(context);
        var serverError = false;
        try
        {
            await AnswerAsync(context, conversation, id, started);
        }
        catch (RequestException e)
        {
            serverError = IsServers(e.Error.Kind);
            await RerankResponses.WriteErrorAsync(context, conversation.Dialect, e.Error with { RequestId = id });
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
                context, conversation.Dialect, new RequestError(RequestErrorKind.Internal, "the router failed; its log has the request id") { RequestId = id });
        }

        span.End(conversation.Dialect.Name, id, context.Response.StatusCode);
        metrics.RequestAnswered(conversation.Dialect.Name, context.Response.StatusCode, serverError, time.GetElapsedTime(started));
    }

    private static bool IsServers(RequestErrorKind kind) => kind is RequestErrorKind.Unavailable or RequestErrorKind.DeadlineExceeded or RequestErrorKind.Internal;

    private async Task AnswerAsync(HttpContext context, RerankConversation conversation, string id, long started)
    {
        PostOnly.Check(context);
        var table = tables.Require();
        var choice = chooser.Choose(table, context.Request.Headers);
        context.Response.Headers[RerankHeaders.Revision] = choice.Arm.Revision;

        var policy = choice.Arm.Policy;
        var timeout = RerankHeaders.TimeoutOf(context.Request, policy.RequestTimeoutMilliseconds);
        using var budget = new RequestBudget(context, timeout, memory, time);
        using var body = await RequestBody.ReadAsync(context, policy.Limits.MaxBodyBytes, budget);
        var request = Clamp(conversation.Parse(body.Written, policy.Limits), table.Table.MostUrgentPriority ?? 0);
        var report = TruncationReports.Parse(context.Request.Headers[TruncationReports.Header]);
        var parsed = time.GetElapsedTime(started);

        // A caller that takes long to send its request leaves less time, as one that asks for less does.
        var isShorter = timeout.TotalMilliseconds < policy.RequestTimeoutMilliseconds || parsed > 0.1 * timeout;
        var deadline = Deadline.ForTiers(time, started, timeout, isPolicys: !isShorter);
        var groups = QueryGroups.Of(request);
        RankingSubject[] subjects = [.. groups.Select(group => new RankingSubject(group.Request, body))];

        // What is left after reading: how long a caller takes to send its request says nothing of an arm.
        TimeSpan? shorter = isShorter ? deadline.Remaining : null;
        var caller = new CallerTerms(shorter, request.Priority);
        var answer = await ranker.RankAsync(context, choice, subjects, deadline, caller);
        var answered = new AnsweredRequest(id, answer, subjects, request.Documents.Count);
        var isSent = false;
        try
        {
            observers.Ranked(answered);
            await WriteAsync(context, conversation.Dialect, id, request, groups, answer.Outcomes, parsed, report);
            isSent = true;
        }
        finally
        {
            await observers.AnsweredAsync(answered, isSent);
        }
    }

    /// <summary>A caller may let others go first as far as it likes, but not go before them.</summary>
    private static RerankRequest Clamp(RerankRequest request, int mostUrgent) => request.Priority >= mostUrgent ? request : request with { Priority = mostUrgent };

    private async Task WriteAsync(
        HttpContext context,
        Dialect dialect,
        string id,
        RerankRequest request,
        IReadOnlyList<QueryGroup> groups,
        IReadOnlyList<RankingOutcome> outcomes,
        TimeSpan parsed,
        TruncationReport report)
    {
        var results = ResultsOf(groups, outcomes);
        var answer = new RerankAnswer
        {
            RequestId = id,
            Model = request.Model ?? outcomes[^1].Model,
            Results = results,
            InputTokens = outcomes.Sum(outcome => outcome.Tokens),
            CachedTokens = outcomes.Sum(outcome => outcome.ReusedTokens),
            TruncationReport = report,
            Created = time.GetUtcNow(),
        };
        using var body = new PooledBuffer(64 * results.Count);
        dialect.WriteAnswer(body, request, answer);
        var headers = context.Response.Headers;
        foreach (var (name, value) in dialect.Headers(request, answer))
            headers[name] = value;
        headers[RerankHeaders.Tier] = outcomes[^1].Tier;
        headers[RerankHeaders.DecidingModel] = outcomes[^1].Model;
        headers[RerankHeaders.ComputedTokens] = outcomes.Sum(outcome => outcome.TokensFed).ToString(CultureInfo.InvariantCulture);
        headers[RerankHeaders.ServerTiming] = RerankHeaders.FormatTiming(parsed, [.. outcomes.SelectMany(outcome => outcome.Timings)]);
        if (outcomes.Any(outcome => outcome.Degraded is not null))
            headers[RerankHeaders.Degraded] = "true";
        await RerankResponses.WriteAsync(context, StatusCodes.Status200OK, body);
    }

    private static IReadOnlyList<RankedDocument> ResultsOf(IReadOnlyList<QueryGroup> groups, IReadOnlyList<RankingOutcome> outcomes)
    {
        if (outcomes is [var only])
            return only.Results;

        var results = new List<RankedDocument>();
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var result in outcomes[g].Results)
                results.Add(result with { Index = groups[g].PlaceOf(result.Index) });
        }

        return results;
    }
}
