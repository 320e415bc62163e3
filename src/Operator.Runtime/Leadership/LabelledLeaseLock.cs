using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using k8s.Models;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>A lease by whose labels others find it; also one that was there before without them.</summary>
internal sealed class LabelledLeaseLock(IKubernetes client, string ns, string name, string identity, IReadOnlyDictionary<string, string> labels)
    : LeaseLock(client, ns, name, identity)
{
    // One that was made by hand may have no spec.
    protected override LeaderElectionRecord GetLeaderElectionRecord(V1Lease obj)
    {
        obj.Spec ??= new();
        return base.GetLeaderElectionRecord(obj);
    }

    protected override V1Lease SetLeaderElectionRecord(LeaderElectionRecord record, V1Lease metaObj)
    {
        var lease = base.SetLeaderElectionRecord(record, metaObj);
        foreach (var (key, value) in labels)
            lease.SetLabel(key, value);
        return lease;
    }
}
