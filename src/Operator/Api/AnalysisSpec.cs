using Rerank.Contracts.Routing;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

[ValidationRule("self.metrics.filter(m, m.type == 'TopKOverlap').all(a, self.metrics.filter(m, m.type == 'TopKOverlap').all(b, (has(a.topK) ? a.topK : 10) == (has(b.topK) ? b.topK : 10)))", fieldPath: ".metrics", message: "must not have metrics of type \"TopKOverlap\" with different `topK`, because rankings are compared at one number of places")]
internal sealed class AnalysisSpec
{
    /// <summary>
    /// Most thousandths of equal candidates that may be rolled back by chance, over the whole rollout and however often one looks. It is split over the
    /// metrics in mode `Enforce`. Smaller is safer for good candidates, and slower to notice bad ones.
    /// </summary>
    [DefaultValue(10)]
    [RangeMinimum(1)]
    [RangeMaximum(500)]
    public int FalseRollbackPermille { get; set; } = 10;

    /// <summary>
    /// Most thousandths of candidates that are worse than a metric allows for which a step or bake with `passWhen: Shown` may be passed by chance, by that metric.
    /// </summary>
    [DefaultValue(50)]
    [RangeMinimum(1)]
    [RangeMaximum(500)]
    public int FalsePromotionPermille { get; set; } = 50;

    /// <summary>
    /// Seconds after an answer at which what was reported to `/v1/feedback` about it is counted. An answer without any counts too, and what is reported later doesn't.
    /// </summary>
    [DefaultValue(300)]
    [RangeMinimum(1)]
    [RangeMaximum(3600)]
    public int FeedbackAfterSeconds { get; set; } = 300;

    /// <summary>Most pairs that may be scored for comparisons only, per thousand that are scored for answers.</summary>
    [DefaultValue(200)]
    [RangeMinimum(0)]
    [RangeMaximum(RoutingLimits.MaxShadowCostPermille)]
    public int MaxShadowCostPermille { get; set; } = 200;

    /// <summary>What becomes of a step for which too little is seen to judge.</summary>
    [DefaultValue("{\"deadlineSeconds\": 7200}", Json = true)]
    public NoDataSpec NoData { get; set; } = new();

    /// <summary>What becomes of a step while the source of a metric doesn't answer, or not with what it was asked for.</summary>
    [DefaultValue("{\"deadlineSeconds\": 1800}", Json = true)]
    public SourceErrorSpec SourceError { get; set; } = new();

    /// <summary>What is measured. Their order doesn't matter.</summary>
    [DefaultValue("[{\"name\": \"errors\", \"type\": \"ErrorRate\", \"maxDeltaPermille\": 10, \"hardLimitPermille\": 200}]", Json = true)]
    [Items(0, 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("name")]
    public List<MetricSpec> Metrics { get; set; } = [new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, HardLimitPermille = 200 }];
}

// Two types, since each has a deadline of its own by default: a member that is left out on an object that others have applied before must have one.
internal sealed class NoDataSpec
{
    /// <summary>How long the step holds, from its start.</summary>
    [DefaultValue(7200)]
    [RangeMinimum(1)]
    [RangeMaximum(2_592_000)]
    public int DeadlineSeconds { get; set; } = 7200;

    /// <summary>`Pause`: the step goes on holding, and condition `Stalled` says so. `Rollback`: the candidate is rejected.</summary>
    [DefaultValue("Pause")]
    public DeadlineAction OnDeadline { get; set; } = DeadlineAction.Pause;
}

internal sealed class SourceErrorSpec
{
    /// <summary>How long the step holds, from when the source failed.</summary>
    [DefaultValue(1800)]
    [RangeMinimum(1)]
    [RangeMaximum(2_592_000)]
    public int DeadlineSeconds { get; set; } = 1800;

    /// <summary>`Pause`: the step goes on holding, and condition `Stalled` says so. `Rollback`: the candidate is rejected.</summary>
    [DefaultValue("Pause")]
    public DeadlineAction OnDeadline { get; set; } = DeadlineAction.Pause;
}

internal enum DeadlineAction
{
    Pause,
    Rollback,
}

[ValidationRule("has(self.maxDeltaPermille) == (self.type in ['ErrorRate', 'DegradedShare', 'Feedback', 'Prometheus'])", fieldPath: ".maxDeltaPermille", message: "must be set when `type` is \"ErrorRate\", \"DegradedShare\", \"Feedback\" or \"Prometheus\", and only then")]
[ValidationRule("!has(self.hardLimitPermille) || self.type in ['ErrorRate', 'DegradedShare']", fieldPath: ".hardLimitPermille", message: "may only be specified when `type` is \"ErrorRate\" or \"DegradedShare\"")]
[ValidationRule("has(self.maxRatioPermille) == (self.type == 'LatencyQuantile')", fieldPath: ".maxRatioPermille", message: "must be set when `type` is \"LatencyQuantile\", and only then")]
[ValidationRule("has(self.quantilePermille) == (self.type == 'LatencyQuantile')", fieldPath: ".quantilePermille", message: "must be set when `type` is \"LatencyQuantile\", and only then")]
[ValidationRule("!has(self.hardLimitMilliseconds) || self.type == 'LatencyQuantile'", fieldPath: ".hardLimitMilliseconds", message: "may only be specified when `type` is \"LatencyQuantile\"")]
[ValidationRule("has(self.minPermille) == (self.type == 'TopKOverlap')", fieldPath: ".minPermille", message: "must be set when `type` is \"TopKOverlap\", and only then")]
[ValidationRule("!has(self.topK) || self.type == 'TopKOverlap'", fieldPath: ".topK", message: "may only be specified when `type` is \"TopKOverlap\"")]
[ValidationRule("has(self.maxPSIMilli) == (self.type == 'ScoreShift')", fieldPath: ".maxPSIMilli", message: "must be set when `type` is \"ScoreShift\", and only then")]
[ValidationRule("has(self.measure) == (self.type == 'Feedback')", fieldPath: ".measure", message: "must be set when `type` is \"Feedback\", and only then")]
[ValidationRule("has(self.prometheus) == (self.type == 'Prometheus')", fieldPath: ".prometheus", message: "must be set when `type` is \"Prometheus\", and only then")]
internal sealed class MetricSpec
{
    /// <summary>Of <see cref="TopK"/>.</summary>
    public const int DefaultTopK = 10;

    /// <summary>Name of the metric.</summary>
    [Required]
    [Length(1, 40)]
    [Pattern(Patterns.Label)]
    public string Name { get; set; } = "";

    /// <summary>
    /// `ErrorRate`: share of requests that a revision gives no answer to. `LatencyQuantile`: a quantile of the time of answers that the cache had
    /// no part in, less the time that they waited in hosts while other requests were scored: both revisions wait in the same queues.
    /// `TopKOverlap`: share of the first places that both revisions' rankings of one request have in common; needs steps with `mirrorPermille`.
    /// `ScoreShift`: how far the distribution of each request's best score has moved. `DegradedShare`: share of answers without the tier
    /// that should have decided. `Feedback`: what applications report to `/v1/feedback`. `Prometheus`: a share that two queries give.
    /// </summary>
    [Required]
    public MetricType Type { get; set; }

    /// <summary>`Enforce`: decides. `Advise`: is only reported.</summary>
    [DefaultValue("Enforce")]
    public MetricMode Mode { get; set; } = MetricMode.Enforce;

    /// <summary>Fewest samples of each revision (`TopKOverlap`: pairs; `LatencyQuantile`: answers) without which a step is not passed.</summary>
    [DefaultValue(100)]
    [RangeMinimum(1)]
    [RangeMaximum(10_000_000)]
    public int MinSamples { get; set; } = 100;

    /// <summary>By how many thousandths the candidate's share or, with `MeanReciprocalRank`, mean may be worse than stable's.</summary>
    [RangeMinimum(0)]
    [RangeMaximum(1000)]
    public int? MaxDeltaPermille { get; set; }

    /// <summary>Share of the candidate's requests within ten seconds, in thousandths, above which a router takes all traffic from it at once.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int? HardLimitPermille { get; set; }

    /// <summary>The quantile in thousandths; 990 is p99.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(999)]
    public int? QuantilePermille { get; set; }

    /// <summary>How large the candidate's quantile may be, in thousandths of stable's. Rounded up to the resolution of measurement, 4.4 %.</summary>
    [RangeMinimum(1000)]
    [RangeMaximum(100_000)]
    public int? MaxRatioPermille { get; set; }

    /// <summary>Time that, when more than half of the candidate's requests within ten seconds exceed it, makes a router take all traffic from it at once.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(600_000)]
    public int? HardLimitMilliseconds { get; set; }

    /// <summary>The places that are compared; the same in all metrics of this type. Absent: 10.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(100)]
    public int? TopK { get; set; }

    /// <summary>
    /// Mean overlap in thousandths that a candidate must reach. Two good models don't agree entirely: take what they reach on your own queries.
    /// </summary>
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int? MinPermille { get; set; }

    /// <summary>Population stability index, in thousandths, that the distribution may have moved; 100 is little, 250 is much.</summary>
    [RangeMinimum(1)]
    [RangeMaximum(10_000)]
    public int? MaxPSIMilli { get; set; }

    /// <summary>`MeanReciprocalRank` of the first document that was clicked or accepted; or `ClickShare`, the share of answers with feedback that had one.</summary>
    public FeedbackMeasure? Measure { get; set; }

    /// <summary>Where the share comes from.</summary>
    public PrometheusSpec? Prometheus { get; set; }
}

internal enum MetricType
{
    ErrorRate,
    LatencyQuantile,
    TopKOverlap,
    ScoreShift,
    DegradedShare,
    Feedback,
    Prometheus,
}

internal enum MetricMode
{
    Enforce,
    Advise,
}

internal enum FeedbackMeasure
{
    MeanReciprocalRank,
    ClickShare,
}

internal sealed class PrometheusSpec
{
    /// <summary>Address of the Prometheus server, such as `http://prometheus.monitoring:9090`.</summary>
    [Required]
    [Length(1, 2048)]
    [Pattern(Patterns.WebAddress)]
    public string ServerURL { get; set; } = "";

    /// <summary>
    /// PromQL for the number of successes since the candidate got traffic. `{{revision}}` stands for the revision, `{{window}}` for the
    /// time since then, such as in `sum(increase(orders_total{revision="{{revision}}"}[{{window}}]))`.
    /// </summary>
    [Required]
    [Length(1, 4096)]
    public string SuccessQuery { get; set; } = "";

    /// <summary>PromQL for the number of trials, successes included.</summary>
    [Required]
    [Length(1, 4096)]
    public string TotalQuery { get; set; } = "";

    /// <summary>`HigherIsBetter`: `successQuery` counts what is good. `LowerIsBetter`: what is bad.</summary>
    [DefaultValue("HigherIsBetter")]
    public MetricDirection Direction { get; set; } = MetricDirection.HigherIsBetter;
}

internal enum MetricDirection
{
    HigherIsBetter,
    LowerIsBetter,
}
