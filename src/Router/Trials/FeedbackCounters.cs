using Rerank.Contracts.Evidence;

namespace Rerank.Router.Trials;

/// <summary>What applications told about one arm's answers. Its trial sees to it that one thread at a time uses it.</summary>
internal sealed class FeedbackCounters
{
    private readonly Tally _firstRank = new(0, FeedbackEvidence.BeyondRanks);
    private long _answers;
    private long _clicked;
    private long _accepted;
    private long _rejected;

    /// <summary>Replaces what was counted for an answer.</summary>
    public void Change(AnswerFeedback before, AnswerFeedback after)
    {
        Count(before, -1);
        Count(after, 1);
    }

    public FeedbackEvidence ToEvidence() => new()
    {
        Answers = _answers,
        Clicked = _clicked,
        Accepted = _accepted,
        Rejected = _rejected,
        FirstRank = _firstRank.ToHistogram(),
    };

    private void Count(AnswerFeedback feedback, int count)
    {
        if (!feedback.Any)
            return;

        _answers += count;
        _clicked += feedback.FirstRank > 0 ? count : 0;
        _accepted += feedback.Accepted ? count : 0;
        _rejected += feedback.Rejected ? count : 0;
        _firstRank.Add(feedback.FirstRank, count);
    }
}

/// <summary>What is known of one answer so far.</summary>
/// <param name="Any">Whether anything is.</param>
/// <param name="FirstRank">As <see cref="FeedbackEvidence.FirstRank"/>'s buckets.</param>
internal readonly record struct AnswerFeedback(bool Any, int FirstRank, bool Accepted, bool Rejected);
