using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

internal sealed class RerankPipelineStatus
{
    /// <summary>Generation of the spec that this status is about.</summary>
    [RangeMinimum(0)]
    public long ObservedGeneration { get; set; }

    /// <summary>Where applications send requests, inside the cluster.</summary>
    [Length(0, 512)]
    public string? Address { get; set; }

    /// <summary>The revision that answers.</summary>
    public RevisionStatus? Stable { get; set; }

    /// <summary>The revision that the spec asks for, while it doesn't answer yet.</summary>
    public RevisionStatus? Candidate { get; set; }

    /// <summary>The routers, and how far they follow.</summary>
    public RouterAcknowledgement? Router { get; set; }

    /// <summary>
    /// `Available`: requests are answered. `Ready`: what the spec asks for is what answers. `Reconciling`: a change is under way. `Stalled`: a
    /// change can't go on without help. `ResourcesOmitted`: the cluster doesn't serve the API of something that would have been made.
    /// </summary>
    [Items(0, 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("type")]
    public List<Condition> Conditions { get; set; } = [];
}

internal sealed class RevisionStatus
{
    /// <summary>Hash of everything that can change a score or a decision; also the name's end of the ControllerRevision that holds it.</summary>
    [Required]
    [Length(1, 63)]
    public string Revision { get; set; } = "";

    /// <summary>Since when it has this role.</summary>
    public DateTime? SinceTime { get; set; }
}

internal sealed class RouterAcknowledgement
{
    /// <summary>Generation of the routing table that shall be in force.</summary>
    [RangeMinimum(0)]
    public long ConfigGeneration { get; set; }

    /// <summary>Router pods that are ready.</summary>
    [RangeMinimum(0)]
    public int ReadyReplicas { get; set; }

    /// <summary>Router pods that have this generation in force.</summary>
    [RangeMinimum(0)]
    public int AcknowledgedReplicas { get; set; }
}
