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

    /// <summary>The revision that answers what no candidate does.</summary>
    public StableStatus? Stable { get; set; }

    /// <summary>The revision that the spec asks for, while it has not been promoted.</summary>
    public CandidateRevisionStatus? Candidate { get; set; }

    /// <summary>The routers, and how far they follow.</summary>
    public RouterAcknowledgement? Router { get; set; }

    /// <summary>What the stable revision runs on.</summary>
    public EngineStatus? Engine { get; set; }

    /// <summary>How the candidate, or what was promoted and still bakes, compares.</summary>
    public AnalysisStatus? Analysis { get; set; }

    /// <summary>Revisions that were taken out, newest first. They get no traffic again unless a directive `Retry` says so.</summary>
    [Items(0, 10)]
    [XListType(XListType.Map)]
    [XListMapKeys("revision")]
    public List<RejectedStatus>? Rejected { get; set; }

    /// <summary>
    /// `Available`: requests are answered. `Ready`: what the spec asks for is what answers. `Reconciling`: a change is under way. `Stalled`: a
    /// change can't go on without help. `CandidateHealthy`: everything that the candidate needs is up. `TrafficConverged`: every ready router follows the
    /// weights. `Degraded`: something that serves is not as it should be. `DirectivesIgnored`: a directive is about nothing that is there.
    /// `EngineCurrent`: it runs on the operator's images. `ResourcesOmitted`: the cluster doesn't serve the API of something that would have been made.
    /// </summary>
    [Items(0, 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("type")]
    public List<Condition> Conditions { get; set; } = [];
}

internal sealed class StableStatus
{
    /// <summary>Hash of everything that can change a score or a decision; also the end of the name of the ControllerRevision that holds it.</summary>
    [Required]
    [Length(1, 63)]
    public string Revision { get; set; } = "";

    /// <summary>Thousandths of the requests that it answers.</summary>
    [RangeMinimum(0)]
    public int TrafficPermille { get; set; }

    /// <summary>Since when it is the stable one.</summary>
    public DateTime? SinceTime { get; set; }

    /// <summary>Until when the guards of its promotion are armed at least; absent when they aren't.</summary>
    public DateTime? BakesUntilTime { get; set; }

    /// <summary>While it bakes: which try of it this is.</summary>
    [RangeMinimum(1)]
    public int? Attempt { get; set; }
}

internal sealed class CandidateRevisionStatus
{
    /// <summary>The revision.</summary>
    [Required]
    [Length(1, 63)]
    public string Revision { get; set; } = "";

    /// <summary>Which try of it this is.</summary>
    [RangeMinimum(1)]
    public int Attempt { get; set; } = 1;

    /// <summary>Thousandths of the requests that it answers.</summary>
    [RangeMinimum(0)]
    public int TrafficPermille { get; set; }

    /// <summary>Thousandths of the requests that are ranked by both revisions.</summary>
    [RangeMinimum(0)]
    public int MirrorPermille { get; set; }

    /// <summary>Name of the step; absent while it is being placed.</summary>
    [Length(0, 40)]
    public string? Step { get; set; }

    /// <summary>Since when every router follows the step.</summary>
    public DateTime? StepStartTime { get; set; }

    /// <summary>Since when it is the candidate.</summary>
    public DateTime? SinceTime { get; set; }
}

internal sealed class EngineStatus
{
    /// <summary>Image of the routers.</summary>
    [Required]
    [Length(1, 1024)]
    public string Router { get; set; } = "";

    /// <summary>Image of the hosts of tiers without GPUs; absent when there are none.</summary>
    [Length(1, 1024)]
    public string? Host { get; set; }

    /// <summary>Image of the hosts of tiers with GPUs; absent when there are none.</summary>
    [Length(1, 1024)]
    public string? HostCuda { get; set; }
}

internal sealed class AnalysisStatus
{
    /// <summary>The revision that is judged.</summary>
    [Required]
    [Length(1, 63)]
    public string Revision { get; set; } = "";

    /// <summary>`Pass`: it may go on. `Fail`: it is worse. `Undecided`: there is too little to say.</summary>
    [Required]
    public Verdict Verdict { get; set; } = Verdict.Undecided;

    /// <summary>The metric that decides it; absent when all agree.</summary>
    [Length(0, 40)]
    public string? Metric { get; set; }

    /// <summary>Why, in words, with the numbers.</summary>
    [Length(0, 1024)]
    public string? Message { get; set; }

    /// <summary>Requests of the stable revision meanwhile. The counts here are rounded to two digits; the report has them all.</summary>
    [RangeMinimum(0)]
    public long StableRequests { get; set; }

    /// <summary>Requests of the candidate.</summary>
    [RangeMinimum(0)]
    public long CandidateRequests { get; set; }

    /// <summary>Requests that both have ranked.</summary>
    [RangeMinimum(0)]
    public long ComparedRequests { get; set; }

    /// <summary>ConfigMap with every value, bound and threshold.</summary>
    public ReportRef? ReportRef { get; set; }
}

internal sealed class ReportRef
{
    /// <summary>Name of the ConfigMap.</summary>
    [Required]
    [Length(1, 253)]
    public string Name { get; set; } = "";
}

internal enum Verdict
{
    Undecided,
    Pass,
    Fail,
}

internal sealed class RejectedStatus
{
    /// <summary>The revision.</summary>
    [Required]
    [Length(1, 63)]
    public string Revision { get; set; } = "";

    /// <summary>Why, for programs.</summary>
    [Required]
    [Length(1, 64)]
    public string Reason { get; set; } = "";

    /// <summary>Why, for people.</summary>
    [Length(0, 1024)]
    public string? Message { get; set; }

    /// <summary>How often it has been tried.</summary>
    [RangeMinimum(1)]
    public int Attempts { get; set; } = 1;

    /// <summary>When.</summary>
    [Required]
    public DateTime Time { get; set; }
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
