using k8s.LeaderElection;

namespace Rerank.Operator.Runtime.Leadership;

internal interface ILeaseLockFactory
{
    /// <param name="identity">Of this process, among those that compete.</param>
    LeaseHandle Open(string identity);
}

/// <param name="Connection">What the lock talks through; disposed when the lock is no longer needed.</param>
internal sealed record LeaseHandle(ILock Lock, IDisposable? Connection) : IDisposable
{
    public void Dispose() => Connection?.Dispose();
}
