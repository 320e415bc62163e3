namespace Rerank.Operator.Runtime;

/// <summary>Settings of the controller runtime.</summary>
public sealed class RuntimeOptions
{
    /// <summary>Name of the operator; the lease is called after it.</summary>
    public string Name { get; set; } = "operator";

    /// <summary>The namespace that is watched; null for all of them.</summary>
    public string? Namespace { get; set; }

    /// <summary>Workers of each controller.</summary>
    public int MaxConcurrentReconciles { get; set; } = 16;

    /// <summary>How often every object is reconciled even if nothing was seen to change.</summary>
    public TimeSpan ResyncPeriod { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Limit of one reconcile.</summary>
    public TimeSpan ReconcileTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The process gives up when the first lists have not succeeded by then.</summary>
    public TimeSpan SyncTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public BackoffOptions Backoff { get; set; } = new();

    public LeaderElectionOptions LeaderElection { get; set; } = new();
}

/// <summary>Delay before a failed key runs again: doubles from Initial to Max, or to a few seconds for what is more urgent than the rest.</summary>
public sealed class BackoffOptions
{
    public TimeSpan Initial { get; set; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan Max { get; set; } = TimeSpan.FromMinutes(5);
}

public sealed class LeaderElectionOptions
{
    /// <summary>Off: this process works at once, and no Kubernetes API is needed.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long others wait for a leader that is silent.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the leader tries to renew before it steps down.</summary>
    public TimeSpan RenewDeadline { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Namespace of the lease; null for the one that this process runs in.</summary>
    public string? Namespace { get; set; }

    /// <summary>Labels of the lease, by which others find it.</summary>
    public Dictionary<string, string> Labels { get; } = [];
}
