using Rerank.Operator.Analysis;
using Rerank.Operator.Api;

namespace Rerank.Operator.Rollouts;

/// <summary>All about one revision's rollout, for people and audits: content of the report's ConfigMap.</summary>
internal sealed record RolloutReport
{
    public required string Pipeline { get; init; }

    public required string Revision { get; init; }

    public required int Attempt { get; init; }

    /// <summary>What it is compared with.</summary>
    public string? Stable { get; init; }

    public string? Step { get; init; }

    public int TrafficPermille { get; init; }

    public Verdict Verdict { get; init; }

    /// <summary>The metric that decides.</summary>
    public string? Metric { get; init; }

    public string? Message { get; init; }

    /// <summary>Requests that were chosen to be compared and don't count, because the same one had been a short while ago, or its key had sent as many as count.</summary>
    public long RepeatedRequests { get; init; }

    /// <summary>Requests that were chosen and not compared, because the cost share or the number at once was used up.</summary>
    public long SkippedRequests { get; init; }

    public required DateTimeOffset UpdatedTime { get; init; }

    public IReadOnlyList<MetricResult> Metrics { get; set; } = [];

    /// <summary>How the tests went, oldest first.</summary>
    public IReadOnlyList<PathPoint> Path { get; set; } = [];

    /// <summary>What was decided when, oldest first, over all tries.</summary>
    public IReadOnlyList<ReportedDecision> Decisions { get; set; } = [];
}

internal sealed record PathPoint
{
    public required DateTimeOffset Time { get; init; }

    public string? Step { get; init; }

    public required int TrafficPermille { get; init; }

    public required long StableRequests { get; init; }

    public required long CandidateRequests { get; init; }

    public required long ComparedRequests { get; init; }

    public required IReadOnlyList<PathMetric> Metrics { get; init; }
}

internal sealed record PathMetric(string Name, double? Estimate, double? Lower, double? Upper, Verdict Verdict);

internal sealed record ReportedDecision(DateTimeOffset Time, string What, string Reason, string Message);
