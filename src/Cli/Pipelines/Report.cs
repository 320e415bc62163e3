using System.Text.Json;
using k8s.Models;

namespace Rerank.Cli.Pipelines;

/// <summary>The operator's evidence about one revision: key <c>report.json</c> of a ConfigMap.</summary>
internal sealed record Report
{
    private const string Key = "report.json";

    public string Pipeline { get; set; } = "";

    public required string Revision { get; init; }

    public int Attempt { get; set; } = 1;

    public string? Stable { get; init; }

    public string? Step { get; init; }

    public int TrafficPermille { get; set; }

    public string Verdict { get; set; } = "Undecided";

    public string? Metric { get; init; }

    public string? Message { get; init; }

    /// <summary>Requests that were chosen to be compared and don't count, because the same one had been shortly before, or its key had sent as many as count.</summary>
    public long RepeatedRequests { get; set; }

    /// <summary>Requests that were chosen and not compared, because the cost share or the number at once was used up.</summary>
    public long SkippedRequests { get; set; }

    public DateTimeOffset? UpdatedTime { get; init; }

    public IReadOnlyList<MetricReport> Metrics { get; set; } = [];

    public IReadOnlyList<PathPoint> Path { get; set; } = [];

    public IReadOnlyList<Decision> Decisions { get; set; } = [];

    /// <returns>Null when the ConfigMap holds no report, or one that this program can't read.</returns>
    public static Report? Read(V1ConfigMap? map)
    {
        if (map?.Data is null || !map.Data.TryGetValue(Key, out var text))
            return null;

        try
        {
            return JsonSerializer.Deserialize(text, PipelineJson.Default.Report);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One metric's judgement. Values are in the metric's own unit.</summary>
internal sealed record MetricReport
{
    public required string Name { get; init; }

    public string Type { get; set; } = "";

    public string Mode { get; set; } = "Enforce";

    public string Verdict { get; set; } = "Undecided";

    public double? Stable { get; init; }

    public double? Candidate { get; init; }

    public double? Estimate { get; init; }

    public double? Lower { get; init; }

    public double? Upper { get; init; }

    public double? Threshold { get; init; }

    public double? Alpha { get; init; }

    public long StableSamples { get; set; }

    public long CandidateSamples { get; set; }

    public long? Strata { get; set; }

    public double? StableKeys { get; set; }

    public double? CandidateKeys { get; set; }

    public bool LacksData { get; set; }

    /// <summary>How many samples each arm needs, while one has fewer.</summary>
    public long? SamplesNeeded { get; init; }

    /// <summary>How many effective keys each arm needs, while keys are what is missing.</summary>
    public int? KeysNeeded { get; init; }

    /// <summary>Whether it passes only because the weights give it nothing to measure.</summary>
    public bool IsUnmeasured { get; set; }

    public string? SourceError { get; init; }

    public string? Message { get; init; }
}

/// <summary>How it stood at one moment.</summary>
internal sealed record PathPoint
{
    public DateTimeOffset Time { get; set; }

    public string? Step { get; init; }

    public int TrafficPermille { get; set; }

    public long StableRequests { get; set; }

    public long CandidateRequests { get; set; }

    public long ComparedRequests { get; set; }

    public IReadOnlyList<PathMetric> Metrics { get; set; } = [];
}

internal sealed record PathMetric
{
    public required string Name { get; init; }

    public double? Estimate { get; init; }

    public double? Lower { get; init; }

    public double? Upper { get; init; }

    public string? Verdict { get; init; }
}

internal sealed record Decision
{
    public DateTimeOffset Time { get; set; }

    public string What { get; set; } = "";

    public string? Reason { get; init; }

    public string? Message { get; init; }
}
