using Rerank.Contracts.Feedback;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Router.Routing;
using Rerank.Router.Serving;
using Rerank.Router.Telemetry;

namespace Rerank.Router.Feedback;

/// <summary>Joins feedback to the answer that it is about. Errors have the shape of Cohere's.</summary>
internal sealed class FeedbackEndpoint(TableStore tables, AnswerBook book, PeerFeedback peers, RequestMemory memory, RouterMetrics metrics, TimeProvider time)
{
    private const int MaxBytes = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await JoinAsync(context);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (RequestException e)
        {
            metrics.FeedbackTaken(ResultOf(e.Error.Kind));
            await RerankResponses.WriteErrorAsync(context, RerankDialects.CohereV2, e.Error);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
    }

    private static string ResultOf(RequestErrorKind kind) => kind switch
    {
        RequestErrorKind.AnswerNotFound => "unknown",
        RequestErrorKind.Overloaded => "refused",
        _ => "invalid",
    };

    private static bool IsForwarded(HttpContext context) => context.Request.Headers.ContainsKey(FeedbackApi.ForwardedHeader);

    private async Task JoinAsync(HttpContext context)
    {
        PostOnly.Check(context);
        using var budget = new RequestBudget(context, Patience, memory, time);
        using var body = await RequestBody.ReadAsync(context, MaxBytes, budget);
        var feedback = FeedbackReader.Read(body.Written);
        if (book.Find(feedback.RequestId) is { } answer)
        {
            answer.Take(feedback.Events);
            metrics.FeedbackTaken("joined");
            return;
        }

        if (IsForwarded(context) || tables.Current?.Peers is not { } others || !await peers.TryHandOnAsync(others, feedback.RequestId, body.Written, context.RequestAborted))
            throw new RequestException(RequestErrorKind.AnswerNotFound, $"request_id: there is no answer {feedback.RequestId} of the last hour, or more than {FeedbackApi.MaxAnswers} came after it");
        metrics.FeedbackTaken("forwarded");
    }
}
