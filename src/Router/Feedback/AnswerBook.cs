using System.Globalization;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Feedback;
using Rerank.Router.Serving;
using Rerank.Router.Tiers;
using Rerank.Router.Trials;

namespace Rerank.Router.Feedback;

/// <summary>The answers of the last hour, so that feedback finds the arm that gave them. Bounded, and without any text: 20 MB when full.</summary>
internal sealed class AnswerBook(TimeProvider time) : IAnswerObserver
{
    private const int MaxRanks = FeedbackEvidence.BeyondRanks - 1;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, RememberedAnswer> _answers = [];
    private readonly Queue<RememberedAnswer> _oldestFirst = new();

    // Those of them that will still count, oldest first.
    private readonly Queue<RememberedAnswer> _notDue = new();

    /// <summary>Before the answer is sent: feedback may come at once. It is about a ranking, and several queries have no common one.</summary>
    public void Ranked(AnsweredRequest request)
    {
        if (request.Answer.Outcomes is [var only])
            Remember(request.RequestId, request.Answer.Choice, only, request.Documents);
    }

    /// <param name="documents">How many the request had.</param>
    public void Remember(string requestId, ArmChoice choice, RankingOutcome outcome, int documents)
    {
        var trial = choice.Counts ? choice.Table.Trial : null;
        var shown = trial is null ? [] : new ushort[Math.Min(outcome.Results.Length, MaxRanks)];
        for (var i = 0; i < shown.Length; i++)
            shown[i] = (ushort)outcome.Results[i].Index;

        var id = Guid.Parse(requestId, CultureInfo.InvariantCulture);
        var entry = new RememberedAnswer(id, time.GetTimestamp(), documents, trial, new AnswerSample(choice.Arm.Role, choice.Epoch, choice.Place, choice.Key), shown)
        {
            // Only chance makes arms comparable.
            DueAfter = trial is not null && choice.IsAsDrawn ? TimeSpan.FromSeconds(choice.Table.Table.Candidate!.FeedbackAfterSeconds) : null,
        };
        lock (_gate)
        {
            CountDue();
            ForgetOld();
            if (_oldestFirst.Count >= FeedbackApi.MaxAnswers)
                Forget();
            _oldestFirst.Enqueue(entry);
            if (entry.DueAfter is not null)
                _notDue.Enqueue(entry);
            _answers[id] = entry;
        }
    }

    /// <summary>Null when it isn't known, or no longer.</summary>
    public RememberedAnswer? Find(Guid requestId)
    {
        lock (_gate)
        {
            ForgetOld();
            return _answers.GetValueOrDefault(requestId);
        }
    }

    /// <summary>Has all answers counted that are old enough; those that come later see to it too.</summary>
    public void FallDue()
    {
        lock (_gate)
            CountDue();
    }

    private void CountDue()
    {
        while (_notDue.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= oldest.DueAfter)
            _notDue.Dequeue().FallDue();
    }

    private void ForgetOld()
    {
        while (_oldestFirst.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= FeedbackApi.Retention)
            Forget();
    }

    private void Forget()
    {
        var oldest = _oldestFirst.Dequeue();

        // Before its time, to make room: counted all the same, lest busy hours say nothing.
        if (_notDue.TryPeek(out var next) && next == oldest)
            _notDue.Dequeue().FallDue();

        // Callers choose ids, and may have used one again since.
        if (_answers.TryGetValue(oldest.Id, out var current) && current == oldest)
            _answers.Remove(oldest.Id);
    }
}
