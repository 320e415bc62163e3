using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Rerank.Cli.Pipelines;

/// <summary>What commands show of a RerankPipeline.</summary>
internal sealed record Pipeline
{
    public required ObjectMetadata Metadata { get; init; }

    public PipelineSpec Spec { get; set; } = new();

    public PipelineStatus Status { get; set; } = new();

    /// <summary>The whole object, as the server has it.</summary>
    [JsonIgnore]
    public JsonObject Json { get; private init; } = [];

    public static Pipeline Of(JsonObject json) => json.Deserialize(PipelineJson.Default.Pipeline)! with { Json = json };
}

internal sealed record ObjectMetadata
{
    public required string Name { get; init; }

    public string Namespace { get; set; } = "";

    public string Uid { get; set; } = "";

    public string ResourceVersion { get; set; } = "";

    public long Generation { get; set; }

    public DateTimeOffset CreationTimestamp { get; set; }

    public IReadOnlyList<ManagedFields> ManagedFields { get; set; } = [];
}

/// <summary>Which fields one manager has set.</summary>
internal sealed record ManagedFields
{
    public string Manager { get; set; } = "";

    public string Operation { get; set; } = "";

    public string Subresource { get; set; } = "";

    [JsonPropertyName("fieldsV1")]
    public JsonObject? Fields { get; init; }
}

internal sealed record PipelineSpec
{
    public IReadOnlyList<TierSpec> Tiers { get; set; } = [];

    public RolloutSpec Rollout { get; set; } = new();
}

internal sealed record TierSpec
{
    public string Name { get; set; } = "";

    public string Type { get; set; } = "";

    public JsonObject? Cache { get; init; }

    public JsonObject? Model { get; init; }

    public JsonObject? Escalation { get; init; }
}

internal sealed record RolloutSpec
{
    public IReadOnlyList<StepSpec> Steps { get; set; } = [];

    public AnalysisSpec Analysis { get; set; } = new();

    public IReadOnlyList<DirectiveSpec> Directives { get; set; } = [];

    public long? ProgressDeadlineSeconds { get; init; }

    /// <summary>Whether a directive says this about this attempt of a revision: those about another one do nothing.</summary>
    public bool Has(string revision, int attempt, string action, string step = DirectiveSpec.NoStep) => Directives.Any(directive =>
        directive.IsSameAs(new() { Revision = revision, Action = action, Step = step }) && (directive.Attempt ?? 1) == attempt);
}

internal sealed record StepSpec
{
    public string Name { get; set; } = "";

    public int TrafficPermille { get; set; }

    public int MirrorPermille { get; set; }

    public long MinRequests { get; set; }

    public long MinDurationSeconds { get; set; }

    public string Approval { get; set; } = "";

    [JsonIgnore]
    public bool NeedsApproval => Approval == "Required";
}

internal sealed record AnalysisSpec
{
    public IReadOnlyList<MetricSpec> Metrics { get; set; } = [];

    public int? MaxShadowCostPermille { get; init; }

    public MetricSpec? Find(string metric) => Metrics.FirstOrDefault(spec => spec.Name == metric);

    public UndecidedPolicySpec? NoData { get; init; }
}

/// <summary>What becomes of a revision of which too little is known for too long.</summary>
internal sealed record UndecidedPolicySpec
{
    public long DeadlineSeconds { get; set; }

    public string OnDeadline { get; set; } = "";
}

internal sealed record MetricSpec
{
    public string Name { get; set; } = "";

    public string Type { get; set; } = "";

    public string Mode { get; set; } = "";

    public long MinSamples { get; set; }

    public int? QuantilePermille { get; init; }

    public int? MaxRatioPermille { get; init; }
}

/// <summary>What somebody has decided about one revision. Action, revision and step tell one from another.</summary>
internal sealed record DirectiveSpec
{
    /// <summary>The step of what isn't about one.</summary>
    public const string NoStep = "None";

    public required string Revision { get; init; }

    public required string Action { get; init; }

    public string Step { get; set; } = NoStep;

    public int? Attempt { get; init; }

    public bool IsSameAs(DirectiveSpec other) => (Revision, Action, Step) == (other.Revision, other.Action, other.Step);
}
