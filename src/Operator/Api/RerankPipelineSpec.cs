using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

internal sealed class RerankPipelineSpec
{
    /// <summary>The router: where requests come in, and how it treats them.</summary>
    [DefaultValue("{}", Json = true)]
    public RouterSpec Router { get; set; } = new();

    /// <summary>
    /// What scores the documents, in order: at most one `Cache` tier, first; then one to three `Model` tiers, the cheapest first and the best last.
    /// </summary>
    [Required]
    [Items(1, 4)]
    [XListType(XListType.Map)]
    [XListMapKeys("name")]
    [ValidationRule("self.all(t, t.type != 'Cache' || t == self[0])", message: "must have a `Cache` tier only as the first one")]
    [ValidationRule("self.exists(t, t.type == 'Model')", message: "must have at least one `Model` tier")]
    [ValidationRule("self.filter(t, t.type == 'Model').size() <= 3", message: "must have at most three `Model` tiers")]
    [ValidationRule("!has(self[self.size() - 1].escalation)", message: "must not have `escalation` on the last tier, because nothing comes after it")]
    [ValidationRule("self.all(t, t.type != 'Model' || t == self[self.size() - 1] || has(t.escalation))", message: "must have `escalation` on every `Model` tier but the last")]
    public List<TierSpec> Tiers { get; set; } = [];

    /// <summary>How a change takes over.</summary>
    [DefaultValue("{}", Json = true)]
    public RolloutSpec Rollout { get; set; } = new();

    /// <summary>The programs that serve the pipeline: router and hosts.</summary>
    [DefaultValue("{}", Json = true)]
    public EngineSpec Engine { get; set; } = new();

    /// <summary>How many revisions that no longer serve are kept as ControllerRevisions.</summary>
    [DefaultValue(10)]
    [RangeMinimum(0)]
    [RangeMaximum(100)]
    public int RevisionHistoryLimit { get; set; } = 10;
}
