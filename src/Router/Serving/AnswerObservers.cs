using Rerank.Router.Telemetry;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Serving;

/// <summary>What a request was answered with, for those who have to do with it besides its caller.</summary>
/// <param name="Subjects">What was ranked, by query. Their texts last until the last observer is done; one that goes on later keeps them.</param>
/// <param name="Documents">How many the request has, over all queries.</param>
internal sealed record AnsweredRequest(string RequestId, ArmAnswer Answer, IReadOnlyList<RankingSubject> Subjects, int Documents);

/// <summary>Does something with answers that their callers don't wait for. To add to what follows an answer is to register one more.</summary>
internal interface IAnswerObserver
{
    /// <summary>The ranking is done, and the answer is about to be sent. The caller waits for this one, so it has to be quick.</summary>
    void Ranked(AnsweredRequest request)
    {
    }

    /// <summary>After the answer.</summary>
    /// <param name="isSent">Whether it was sent; else the caller is gone.</param>
    ValueTask AnsweredAsync(AnsweredRequest request, bool isSent) => ValueTask.CompletedTask;
}

/// <summary>Tells all observers, in the order of their registration. What fails in one of them is logged, and concerns neither the others nor the answer.</summary>
internal sealed class AnswerObservers(IEnumerable<IAnswerObserver> observers, ILogger<AnswerObservers> logger)
{
    private readonly IAnswerObserver[] _observers = [.. observers];

    public void Ranked(AnsweredRequest request)
    {
        foreach (var observer in _observers)
        {
            try
            {
                observer.Ranked(request);
            }
            catch (Exception e)
            {
                Log.ObserverFailed(logger, e, observer.GetType().Name, request.RequestId);
            }
        }
    }

    public async ValueTask AnsweredAsync(AnsweredRequest request, bool isSent)
    {
        foreach (var observer in _observers)
        {
            try
            {
                await observer.AnsweredAsync(request, isSent);
            }
            catch (Exception e)
            {
                Log.ObserverFailed(logger, e, observer.GetType().Name, request.RequestId);
            }
        }
    }
}

/// <summary>Puts into the cache what was scored: each score is right, whatever became of its answer.</summary>
internal sealed class CacheFiller : IAnswerObserver
{
    public async ValueTask AnsweredAsync(AnsweredRequest request, bool isSent)
    {
        foreach (var outcome in request.Answer.Outcomes)
            await request.Answer.Choice.Arm.RememberAsync(outcome.New);
    }
}

/// <summary>Counts what answers were like.</summary>
internal sealed class AnswerCounter(RouterMetrics metrics) : IAnswerObserver
{
    public ValueTask AnsweredAsync(AnsweredRequest request, bool isSent)
    {
        foreach (var outcome in request.Answer.Outcomes)
        {
            metrics.Escalated(outcome.Escalated);
            if (outcome.Degraded is { } reason)
                metrics.Degraded(reason);
        }

        return ValueTask.CompletedTask;
    }
}
