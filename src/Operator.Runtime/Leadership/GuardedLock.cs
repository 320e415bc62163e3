using System.Net;
using k8s.Autorest;
using k8s.LeaderElection;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>
/// Makes a lock safe for the library's elector. That one gives up for good on any exception but an HTTP answer, so a broken connection
/// looks like an API server that is down; and it may go on renewing after it reported a loss, so a closed lock takes no more writes.
/// </summary>
internal sealed class GuardedLock(ILock inner, LeaseFence fence, TimeProvider time) : ILock
{
    private volatile bool _closed;

    public string Identity => inner.Identity;

    public string Describe() => inner.Describe();

    public void Close() => _closed = true;

    public async Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken)
    {
        if (_closed)
            throw Unavailable(null);

        try
        {
            return await inner.GetAsync(cancellationToken);
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
                fence.Renewed(sent);
            return written;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whether it was written is unknown; the next read tells.
            return false;
        }
    }

    private static HttpOperationException Unavailable(Exception? cause) => new("the lease can't be read", cause)
    {
        Response = new HttpResponseMessageWrapper(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable), ""),
    };
}
