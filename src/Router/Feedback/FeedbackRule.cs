using Rerank.Contracts.Evidence;
using Rerank.Router.Trials;

namespace Rerank.Router.Feedback;

/// <summary>What events make of what is known of an answer.</summary>
internal static class FeedbackRule
{
    /// <summary>The same events again change nothing: what is known is which kinds there were, and the rank that was clicked or accepted first.</summary>
    /// <param name="shown">Places of documents in the request, best first, as far as they are remembered.</param>
    public static AnswerFeedback Add(AnswerFeedback known, IReadOnlyList<FeedbackEvent> events, ReadOnlySpan<ushort> shown)
    {
        var best = int.MaxValue;
        var (accepted, rejected) = (known.Accepted, known.Rejected);
        foreach (var (type, index) in events)
        {
            accepted |= type == FeedbackType.Accept;
            rejected |= type == FeedbackType.Reject;
            if (type == FeedbackType.Reject)
                continue;

            var rank = shown.IndexOf((ushort)index) + 1;
            best = Math.Min(best, rank > 0 ? rank : FeedbackEvidence.BeyondRanks);
        }

        var first = known.FirstRank > 0 || best == int.MaxValue ? known.FirstRank : best;
        return new AnswerFeedback(Any: true, first, accepted, rejected);
    }
}
