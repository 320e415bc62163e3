namespace Rerank.Cli.Pipelines;

internal sealed record PipelineStatus
{
    public long ObservedGeneration { get; set; }

    public string? Address { get; init; }

    public StableStatus? Stable { get; init; }

    public CandidateStatus? Candidate { get; init; }

    public RouterStatus? Router { get; init; }

    public AnalysisStatus? Analysis { get; init; }

    public IReadOnlyList<RejectedStatus> Rejected { get; set; } = [];

    public IReadOnlyList<Condition> Conditions { get; set; } = [];

    /// <summary>Whether something lost its traffic to a hard limit, and gets nothing until people decide.</summary>
    public bool IsWithheld => Find("Stalled") is { Status: "True", Reason: "HardLimitUnconfirmed" };

    /// <summary>What is told of a revision that is about other images of router and host; null when it isn't.</summary>
    public Condition? EngineOf(string revision) =>
        Find("EngineCurrent") is { Reason: "EngineRollout" or "EngineRejected" } engine && engine.Message.Contains(revision, StringComparison.Ordinal) ? engine : null;

    public Condition? Find(string type) => Conditions.FirstOrDefault(condition => condition.Type == type);
}

internal sealed record StableStatus
{
    public required string Revision { get; init; }

    public int TrafficPermille { get; set; }

    public DateTimeOffset? SinceTime { get; init; }

    public DateTimeOffset? BakesUntilTime { get; init; }

    /// <summary>Which try of it this is, while it bakes.</summary>
    public int? Attempt { get; init; }

    /// <summary>Whether its guards are armed, also where it bakes longer than it had to.</summary>
    public bool Bakes => BakesUntilTime is not null;
}

internal sealed record CandidateStatus
{
    public required string Revision { get; init; }

    public int Attempt { get; set; } = 1;

    public int TrafficPermille { get; set; }

    public int MirrorPermille { get; set; }

    public string? Step { get; init; }

    public DateTimeOffset? StepStartTime { get; init; }

    public DateTimeOffset? SinceTime { get; init; }
}

internal sealed record RouterStatus
{
    public long ConfigGeneration { get; set; }

    public int ReadyReplicas { get; set; }

    public int AcknowledgedReplicas { get; set; }
}

internal sealed record AnalysisStatus
{
    public required string Revision { get; init; }

    public string Verdict { get; set; } = "Undecided";

    public string? Metric { get; init; }

    public string? Message { get; init; }

    public long StableRequests { get; set; }

    public long CandidateRequests { get; set; }

    public long ComparedRequests { get; set; }

    public ReportRef? ReportRef { get; init; }
}

internal sealed record ReportRef
{
    public required string Name { get; init; }
}

internal sealed record RejectedStatus
{
    public required string Revision { get; init; }

    public string Reason { get; set; } = "";

    public string? Message { get; init; }

    public int Attempts { get; set; } = 1;

    public DateTimeOffset? Time { get; init; }
}

internal sealed record Condition
{
    public required string Type { get; init; }

    public string Status { get; set; } = "Unknown";

    public string Reason { get; set; } = "";

    public string Message { get; set; } = "";

    public DateTimeOffset LastTransitionTime { get; set; }
}
