using Rerank.Dialects;
using Rerank.Router.Trials;

namespace Rerank.Router.Feedback;

/// <summary>An answer that feedback may come to.</summary>
/// <param name="at">Timestamp of the time provider.</param>
/// <param name="documents">How many the request had.</param>
/// <param name="trial">What its feedback counts for; null: for nothing.</param>
/// <param name="sample">How it came to its arm.</param>
/// <param name="shown">Places of documents in the request, best first; the first ranks only, and none where nothing counts.</param>
internal sealed class RememberedAnswer(Guid id, long at, int documents, Trial? trial, AnswerSample sample, ushort[] shown)
{
    private readonly Lock _gate = new();
    private AnswerFeedback _known;

    public Guid Id => id;

    public long At => at;

    /// <summary>How old it is when what is known of it counts, for good; null: it never does.</summary>
    public TimeSpan? DueAfter { get; init; }

    /// <summary>Counts it with what is known by now.</summary>
    public void FallDue()
    {
        AnswerFeedback known;
        lock (_gate)
            known = _known;
        trial!.FeedbackIsDue(sample, known);
    }

    /// <exception cref="RequestException">An event is about a document that the request didn't have; none of them is taken then.</exception>
    public void Take(IReadOnlyList<FeedbackEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Index >= documents)
                throw new RequestException(RequestErrorKind.Invalid, $"events[{i}] is about document {events[i].Index}, but the request had {documents}");
        }

        if (trial is null)
            return;
        lock (_gate)
        {
            var before = _known;
            _known = FeedbackRule.Add(before, events, shown);
            if (_known != before)
                trial.FeedbackChanged(sample.Arm, before, _known);
        }
    }
}
