using System.Collections.Concurrent;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Admin;

/// <summary>What every process last answered, for as long as that may be of use. One look that a process misses says nothing about it.</summary>
internal sealed class LastAnswers(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ProcessKey, Answer> _last = [];
    private long _tidied = time.GetTimestamp();

    /// <summary>Takes an answer down, unless a newer one has come in between.</summary>
    public void Learn(ProcessKey process, object status)
    {
        var answer = new Answer(status, time.GetTimestamp());
        _last.AddOrUpdate(process, answer, (_, known) => IsOlder(status, known.Status) ? known : answer);
        Tidy();
    }

    /// <returns>Null when there is none that is at most so old.</returns>
    public TStatus? Of<TStatus>(ProcessKey process, TimeSpan oldest)
        where TStatus : class =>
        _last.TryGetValue(process, out var answer) && time.GetElapsedTime(answer.At) <= oldest ? answer.Status as TStatus : null;

    // What was asked for before something else was told may arrive after it.
    private static bool IsOlder(object status, object known) =>
        status is RouterStatus now && known is RouterStatus before && now.ProcessId == before.ProcessId && now.Version < before.Version;

    private void Tidy()
    {
        var tidied = Volatile.Read(ref _tidied);
        if (time.GetElapsedTime(tidied) < Kept || Interlocked.CompareExchange(ref _tidied, time.GetTimestamp(), tidied) != tidied)
            return;
        foreach (var (process, answer) in _last)
        {
            if (time.GetElapsedTime(answer.At) > Kept)
                _last.TryRemove(new(process, answer));
        }
    }

    private sealed record Answer(object Status, long At);
}
