using System.Net;
using k8s.Autorest;
using k8s.LeaderElection;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>
/// Makes a lock safe for the library's elector. That one gives up for good on any exception but an HTTP answer, so a broken connection
/// looks like an API server that is down; and it may go on renewing after it reported a loss, so a closed lock takes no more writes. It also tells a lease that could not
/// be renewed, and that nobody else has had, from one that was lost to another process.
/// </summary>
/// <param name="hasHeld">Whether this process has held the lease before.</param>
internal sealed class GuardedLock(ILock inner, LeaseFence fence, TimeProvider time, bool hasHeld) : ILock
{
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;
    private volatile bool _hasHeld = hasHeld;

    public string Identity => inner.Identity;

    public string Describe() => inner.Describe();

    /// <summary>Completes, and the lock is closed, when this process has held the lease and finds that somebody else has had it since.</summary>
    public Task Replaced => _replaced.Task;

    public void Close() => _closed = true;

    public async Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken)
    {
        // Ends what the elector still has running.
        if (_closed)
            throw new OperationCanceledException("the lock is closed");

        try
        {
            var record = Released(await inner.GetAsync(cancellationToken));
            if (_hasHeld && record.HolderIdentity != Identity)
            {
                // Also when it was released since: whoever had it may have decided something that this process has not seen.
                _closed = true;
                _replaced.TrySetResult();
            }

            return record;
        }
        catch (Exception e) when (e is not HttpOperationException && !cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(e);
        }
    }

    public async Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken) =>
        !_closed && await TryAsync(() => inner.CreateAsync(record, cancellationToken), cancellationToken);

    public async Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken) =>
        !_closed && await TryAsync(() => inner.UpdateAsync(record, cancellationToken), cancellationToken);

    private async Task<bool> TryAsync(Func<Task<bool>> write, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        try
        {
            var written = await write();
            if (written)
            {
                _hasHeld = true;
                fence.Renewed(sent);
            }

            return written;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whether it was written is unknown; the next read tells.
            return false;
        }
    }

    /// <summary>
    /// Takes a lease that nobody has held, as one that was made by hand, for one that was given back. The elector takes one without these for none at all: it would try to create it
    /// for ever.
    /// </summary>
    private static LeaderElectionRecord Released(LeaderElectionRecord record)
    {
        if (record is { HolderIdentity: not null, AcquireTime: not null, RenewTime: not null })
            return record;
        record.HolderIdentity = "";
        record.AcquireTime = record.RenewTime = DateTime.UnixEpoch;
        return record;
    }

    private static HttpOperationException Unavailable(Exception cause) => new("the lease can't be read", cause)
    {
        Response = new HttpResponseMessageWrapper(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable), ""),
    };
}
