using k8s.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

[ValidationRule("has(self.cache) == (self.type == 'Cache')", message: "must have `cache` when `type` is \"Cache\", and only then")]
[ValidationRule("has(self.model) == (self.type == 'Model')", message: "must have `model` when `type` is \"Model\", and only then")]
[ValidationRule("!has(self.escalation) || self.type == 'Model'", fieldPath: ".escalation", message: "may not be specified when `type` is \"Cache\"")]
internal sealed class TierSpec
{
    /// <summary>Name of the tier; it becomes part of the names of what the operator makes for it.</summary>
    [Required]
    [Length(1, 20)]
    [Pattern(Patterns.Label)]
    [ValidationRule("!(self in ['router', 'admin'])", message: "must not be \"router\" or \"admin\", which name the pipeline's own parts")]
    public string Name { get; set; } = "";

    /// <summary>What the tier is.</summary>
    [Required]
    public TierType Type { get; set; }

    /// <summary>Settings of a `Cache` tier.</summary>
    public CacheSpec? Cache { get; set; }

    /// <summary>Settings of a `Model` tier.</summary>
    public TierModelSpec? Model { get; set; }

    /// <summary>Which documents go on to the next tier.</summary>
    public EscalationSpec? Escalation { get; set; }
}

internal enum TierType
{
    Cache,
    Model,
}

internal sealed class CacheSpec
{
    /// <summary>Memory for scores in each router, in whole `Mi` (up to 9999) or `Gi` (up to 64). No text is kept.</summary>
    [DefaultValue("64Mi")]
    [Pattern(Patterns.CacheMemory)]
    [RangeMinimum(1_048_576)]
    [RangeMaximum(RoutingLimits.MaxCacheBytes)]
    public ResourceQuantity Memory { get; set; } = new("64Mi");

    /// <summary>Age at which a score is no longer used.</summary>
    [DefaultValue(86_400)]
    [RangeMinimum(1)]
    [RangeMaximum(2_592_000)]
    public int TtlSeconds { get; set; } = 86_400;
}

[ValidationRule("(self.type == 'Margin') == has(self.marginMilli)", fieldPath: ".marginMilli", message: "must be set when `type` is \"Margin\", and only then")]
[ValidationRule("!has(self.topK) || self.type == 'Margin'", fieldPath: ".topK", message: "may only be specified when `type` is \"Margin\"")]
internal sealed class EscalationSpec
{
    /// <summary>
    /// `Always`: every document goes on. `Margin`: none goes on when the last place that matters leads the next by at least the margin;
    /// otherwise the places that matter go on, and every document less than the margin below them. The places that matter are the
    /// request's `top_n`, or else `topK`.
    /// </summary>
    [Required]
    public EscalationType Type { get; set; }

    /// <summary>The margin in thousandths of this tier's logits. It must be chosen on your own queries; larger is safer and dearer.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(100_000)]
    public int? MarginMilli { get; set; }

    /// <summary>The places that matter when a request doesn't say. Absent: 10.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int? TopK { get; set; }
}
