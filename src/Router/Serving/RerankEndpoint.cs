using Rerank.Contracts.Dialects;
using Rerank.Contracts.Routing;
using Rerank.Router.Buffers;
using Rerank.Router.Feedback;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Shadow;
using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Serving;

/// <summary>A rerank request, whatever its dialect: choose an arm, parse, rank, answer, remember.</summary>
internal sealed class RerankEndpoint(
    TableStore tables, ArmChooser chooser, ArmRanker ranker, AnswerBook book, Shadows shadows, RouterMetrics metrics, TimeProvider time, ILogger<RerankEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context, RerankConversation conversation)
    {
        var started = time.GetTimestamp();
        var id = RerankHeaders.RequestIdOf(context.Request, time);
        context.Response.Headers[RerankHeaders.RequestId] = id;
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

        metrics.RequestAnswered(conversation.Dialect.Name, context.Response.StatusCode, serverError, time.GetElapsedTime(started));
    }

    private static bool IsServers(RequestErrorKind kind) => kind is RequestErrorKind.Unavailable or RequestErrorKind.DeadlineExceeded or RequestErrorKind.Internal;

    private async Task AnswerAsync(HttpContext context, RerankConversation conversation, string id, long started)
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
        var request = await ReadAsync(context, conversation, policy.Limits);
        var parsed = time.GetElapsedTime(started);

        var deadline = Deadline.ForTiers(time, started, timeout);
        var groups = QueryGroups.Of(request);
        var answers = new List<ArmAnswer>(groups.Count);
        try
        {
            foreach (var group in groups)
                answers.Add(await ranker.RankAsync(context, choice, group.Request, deadline));

            // Before it is sent: feedback may come at once. It is about a ranking, and several queries have no common one.
            if (answers is [var only])
                book.Remember(id, only, request.Documents.Count);
            await WriteAsync(context, conversation.Dialect, id, request, groups, answers, parsed);
        }
        finally
        {
            answers.ForEach(Remember);
        }

        for (var i = 0; i < answers.Count; i++)
            shadows.Offer(answers[i], groups[i].Request);
    }

    private static async Task<RerankRequest> ReadAsync(HttpContext context, RerankConversation conversation, RequestLimits limits)
    {
        using var body = await RequestBody.ReadAsync(context.Request, limits.MaxBodyBytes, context.RequestAborted);
        return conversation.Parse(body.Written, limits);
    }

    private async Task WriteAsync(
        HttpContext context, Dialect dialect, string id, RerankRequest request, IReadOnlyList<QueryGroup> groups, List<ArmAnswer> answers, TimeSpan parsed)
    {
        var outcomes = answers.ConvertAll(answer => answer.Outcome);
        var results = ResultsOf(groups, outcomes);
        using var body = new PooledBuffer(64 * results.Count);
        dialect.WriteAnswer(body, request, new RerankAnswer
        {
            RequestId = id,
            Model = outcomes[^1].Model,
            Results = results,
            InputTokens = outcomes.Sum(outcome => outcome.TokensFed),
            Created = time.GetUtcNow(),
        });
        var headers = context.Response.Headers;
        headers[RerankHeaders.Tier] = outcomes[^1].Tier;
        headers[RerankHeaders.ServerTiming] = RerankHeaders.FormatTiming(parsed, [.. outcomes.SelectMany(outcome => outcome.Timings)]);
        if (outcomes.Exists(outcome => outcome.Degraded is not null))
            headers[RerankHeaders.Degraded] = "true";
        await RerankResponses.WriteAsync(context, StatusCodes.Status200OK, body);
    }

    private static IReadOnlyList<RankedDocument> ResultsOf(IReadOnlyList<QueryGroup> groups, List<RankingOutcome> outcomes)
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

    private void Remember(ArmAnswer answer)
    {
        answer.Choice.Arm.Remember(answer.Outcome.New);
        metrics.Escalated(answer.Outcome.Escalated);
        if (answer.Outcome.Degraded is { } reason)
            metrics.Degraded(reason);
    }
}
