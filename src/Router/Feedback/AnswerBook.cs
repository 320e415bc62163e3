using System.Globalization;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Feedback;
using Rerank.Router.Trials;

namespace Rerank.Router.Feedback;

/// <summary>The answers of the last hour, so that feedback finds the arm that gave them. Bounded, and without any text: 20 MB when full.</summary>
internal sealed class AnswerBook(TimeProvider time)
{
    private const int MaxRanks = FeedbackEvidence.BeyondRanks - 1;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, RememberedAnswer> _answers = [];
    private readonly Queue<RememberedAnswer> _oldestFirst = new();

    /// <param name="documents">How many the request had.</param>
    public void Remember(string requestId, ArmAnswer answer, int documents)
    {
        var (choice, outcome) = answer;
        var trial = choice.Counts ? choice.Table.Trial : null;
        var shown = trial is null ? [] : new ushort[Math.Min(outcome.Results.Length, MaxRanks)];
        for (var i = 0; i < shown.Length; i++)
            shown[i] = (ushort)outcome.Results[i].Index;

        var id = Guid.Parse(requestId, CultureInfo.InvariantCulture);
        var entry = new RememberedAnswer(id, time.GetTimestamp(), documents, trial, choice.Arm.Role, shown);
        lock (_gate)
        {
            ForgetOld();
            if (_oldestFirst.Count >= FeedbackApi.MaxAnswers)
                Forget();
            _oldestFirst.Enqueue(entry);
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

    private void ForgetOld()
    {
        while (_oldestFirst.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= FeedbackApi.Retention)
            Forget();
    }

    private void Forget()
    {
        var oldest = _oldestFirst.Dequeue();

        // Callers choose ids, and may have used one again since.
        if (_answers.TryGetValue(oldest.Id, out var current) && current == oldest)
            _answers.Remove(oldest.Id);
    }
}
