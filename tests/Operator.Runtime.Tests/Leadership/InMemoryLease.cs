using k8s.LeaderElection;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Runtime.Tests.Leadership;

/// <summary>One lease that several processes compete for, with the API's optimistic concurrency, and a switch for an API that is away.</summary>
internal sealed class InMemoryLease : ILeaseLockFactory
{
    private readonly Lock _lock = new();
    private LeaderElectionRecord? _record;
    private int _version;
    private int _refusals;
    private volatile Exception? _down;

    public string? Holder
    {
        get
        {
            lock (_lock)
            {
                return _record?.HolderIdentity;
            }
        }
    }

    public int DurationSeconds
    {
        get
        {
            lock (_lock)
            {
                return _record?.LeaseDurationSeconds ?? 0;
            }
        }
    }

    /// <summary>Times that the lease was written.</summary>
    public int Renewals => Volatile.Read(ref _version);

    /// <summary>Calls that found the API away.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>Thrown by every call while it is set.</summary>
    public Exception? Down
    {
        get => _down;
        set => _down = value;
    }

    public LeaseHandle Open(string identity) => new(new Connection(this, identity), null);

    /// <summary>Somebody makes the lease by hand, with nobody in it.</summary>
    public void Make()
    {
        lock (_lock)
        {
            _record = new() { LeaseDurationSeconds = 15 };
            _version++;
        }
    }

    /// <summary>Somebody takes the lease by force.</summary>
    public void Steal(string identity)
    {
        lock (_lock)
        {
            _record = Copy(_record!);
            _record.HolderIdentity = identity;
            _record.LeaseDurationSeconds = 3600;
            _version++;
        }
    }

    private static LeaderElectionRecord Copy(LeaderElectionRecord record) => new()
    {
        HolderIdentity = record.HolderIdentity,
        LeaseDurationSeconds = record.LeaseDurationSeconds,
        AcquireTime = record.AcquireTime,
        RenewTime = record.RenewTime,
        LeaderTransitions = record.LeaderTransitions,
    };

    private sealed class Connection(InMemoryLease lease, string identity) : ILock
    {
        private int _seen;

        public string Identity => identity;

        public string Describe() => "test/lease";

        public Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken)
        {
            if (lease.Down is { } down)
                return Refuse<LeaderElectionRecord>(down);

            lock (lease._lock)
            {
                if (lease._record is null)
                    return Task.FromException<LeaderElectionRecord>(Caching.ScriptedApi.Error(System.Net.HttpStatusCode.NotFound));

                _seen = lease._version;
                return Task.FromResult(Copy(lease._record));
            }
        }

        public Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken) => Write(record, create: true);

        public Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken) => Write(record, create: false);

        private Task<T> Refuse<T>(Exception down)
        {
            Interlocked.Increment(ref lease._refusals);
            return Task.FromException<T>(down);
        }

        private Task<bool> Write(LeaderElectionRecord record, bool create)
        {
            if (lease.Down is { } down)
                return Refuse<bool>(down);

            lock (lease._lock)
            {
                if (create ? lease._record is not null : lease._version != _seen)
                    return Task.FromResult(false);

                lease._record = Copy(record);
                _seen = ++lease._version;
                return Task.FromResult(true);
            }
        }
    }
}
