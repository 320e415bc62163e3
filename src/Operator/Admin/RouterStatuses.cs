using System.Collections.Concurrent;
using Rerank.Contracts;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Admin;

/// <summary>The status of routers, for all who want it: none is asked twice at once, and none at all that somebody polls anyway.</summary>
internal sealed class RouterStatuses(AdminClient admin, LastAnswers last, TimeProvider time)
{
    // Polls end after a second at most.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentDictionary<ProcessKey, long> _polled = [];
    private readonly Dictionary<ProcessKey, Task<AdminAnswer<RouterStatus>>> _inFlight = [];
    private readonly Lock _lock = new();

    /// <summary>What a poll has just told, what one that is under way will tell, or else what the router says now.</summary>
    public Task<AdminAnswer<RouterStatus>> ReadAsync(ProcessKey router, AdminToken token, CancellationToken cancellationToken) =>
        _polled.TryGetValue(router, out var at) && time.GetElapsedTime(at) <= Fresh && last.Of<RouterStatus>(router, Fresh) is { } told
            ? Task.FromResult(new AdminAnswer<RouterStatus>(told, null))
            : OnceAsync(router, () => AskAsync(router, token, cancellationToken));

    /// <summary>Waits for a change, but not for long.</summary>
    /// <param name="read">Number of the last stratum that was read of a process, by its id.</param>
    public async Task<AdminAnswer<RouterStatus>> PollAsync(ProcessKey router, AdminToken token, Func<string, long> read, TimeSpan wait, CancellationToken cancellationToken)
    {
        var known = last.Of<RouterStatus>(router, Fresh);
        var answer = await OnceAsync(
            router,
            () => known is null || wait == TimeSpan.Zero
                ? AskAsync(router, token, cancellationToken)
                : admin.PollStatusAsync(router.Address, token, known.Version, read(known.ProcessId), wait, cancellationToken));
        if (answer.Status is not null)
            _polled[router] = time.GetTimestamp();
        return answer;
    }

    /// <summary>Nobody polls it any more.</summary>
    public void Forget(ProcessKey router) => _polled.TryRemove(router, out _);

    private Task<AdminAnswer<RouterStatus>> AskAsync(ProcessKey router, AdminToken token, CancellationToken cancellationToken) =>
        admin.GetStatusAsync(router.Address, token, WireJson.Default.RouterStatus, cancellationToken);

    private async Task<AdminAnswer<RouterStatus>> OnceAsync(ProcessKey router, Func<Task<AdminAnswer<RouterStatus>>> ask)
    {
        var mine = new TaskCompletionSource<AdminAnswer<RouterStatus>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<AdminAnswer<RouterStatus>>? others;
        lock (_lock)
        {
            if (!_inFlight.TryGetValue(router, out others))
                _inFlight[router] = mine.Task;
        }

        if (others is not null)
            return await others;
        try
        {
            var answer = await ask();
            if (answer.Status is not null)
                last.Learn(router, answer.Status);
            End(() => mine.SetResult(answer));
            return answer;
        }
        catch (Exception e)
        {
            // For those who wait too, if anybody does.
            End(() => mine.SetException(e));
            _ = mine.Task.Exception;
            throw;
        }

        void End(Action tell)
        {
            lock (_lock)
                _inFlight.Remove(router);
            tell();
        }
    }
}
