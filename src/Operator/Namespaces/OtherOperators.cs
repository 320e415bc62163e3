using System.Collections.Concurrent;
using k8s.Models;
using Microsoft.Extensions.Options;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Namespaces;

/// <summary>
/// Knows which namespaces an operator of their own handles. An operator of one namespace holds its lease there, under a name that is the same for all of them, so
/// that a second one waits; an operator of all namespaces leaves those alone. Otherwise two that want different images would replace each other's pods for ever.
/// </summary>
/// <param name="leases">None where there is nothing to ask of them: of an operator of one namespace.</param>
[GenericRbac(Groups = ["coordination.k8s.io"], Resources = ["leases"], Verbs = RbacVerb.List | RbacVerb.Watch)]
internal sealed class OtherOperators(IOptions<RuntimeOptions> options, TimeProvider time, IResourceCache<V1Lease>? leases = null)
{
    /// <summary>Of the leases that are watched: nodes have one each, which change all the time.</summary>
    public const string Selector = $"{Labels.Name}={Labels.OperatorName}";

    /// <summary>The chart's name of the lease where <c>watchNamespace</c> is set.</summary>
    public const string LeaseName = $"{Labels.OperatorName}-leader";

    // Beyond the lease's own time: clocks differ, and an operator that is replaced is silent for a while.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(45);

    // Each restart of an operator gives its lease back for a moment.
    private const string Replaced = "An operator that has just given its lease back";

    private readonly ConcurrentDictionary<string, string> _left = [];

    /// <returns>The process that handles the namespace in place of this one; null when this one does.</returns>
    public string? HandlerOf(string ns)
    {
        var own = options.Value;
        // An operator of one namespace has its lease there, and does nothing without it.
        if (own.Namespace is not null || (own.LeaderElection.Namespace == ns && $"{own.Name}-leader" == LeaseName))
            return null;
        return leases?.Get(new(ns, LeaseName))?.Spec is { RenewTime: { } renewed } lease
            && time.GetUtcNow() < new DateTimeOffset(renewed.ToUniversalTime()) + TimeSpan.FromSeconds(lease.LeaseDurationSeconds ?? 0) + Grace
                ? lease.HolderIdentity is { Length: > 0 } holder ? holder : Replaced
                : null;
    }

    /// <summary>Whether it is news that this object is left to that process.</summary>
    public bool Leaves(string uid, string holder)
    {
        var before = _left.GetValueOrDefault(uid);
        if (before is not null && holder == Replaced)
            return false;
        _left[uid] = holder;
        return before != holder;
    }

    /// <summary>The object is gone, or this process's own again.</summary>
    public void Forget(string uid) => _left.TryRemove(uid, out _);
}
