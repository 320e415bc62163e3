using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

[ValidationRule("self.steps.exists(s, s.mirrorPermille > 0) || !self.analysis.metrics.exists(m, m.type == 'TopKOverlap' && m.mode == 'Enforce')", fieldPath: ".steps", message: "must have a step with `mirrorPermille` above zero when a metric of type \"TopKOverlap\" has the mode \"Enforce\", because there are no rankings to compare otherwise")]
[ValidationRule("!self.steps.exists(s, s.trafficPermille == 1000) || !self.analysis.metrics.exists(m, m.mode == 'Enforce' && m.type in ['ErrorRate', 'LatencyQuantile', 'DegradedShare', 'Feedback', 'Prometheus'])", fieldPath: ".steps", message: "must not have a step with `trafficPermille: 1000` when a metric of type \"ErrorRate\", \"LatencyQuantile\", \"DegradedShare\", \"Feedback\" or \"Prometheus\" has the mode \"Enforce\", because the stable revision would answer nothing to compare with")]
internal sealed class RolloutSpec
{
    /// <summary>With a stable revision, a candidate and what was rejected, far from what a host may hold (<see cref="Contracts.Models.ModelLimits.MaxModels"/>).</summary>
    public const int MaxRetainRevisions = 8;

    /// <summary>Where a candidate's models are loaded until they have earned their place.</summary>
    [DefaultValue("{}", Json = true)]
    public CapacitySpec Capacity { get; set; } = new();

    /// <summary>
    /// How a candidate earns its traffic, step by step. Absent: it is compared in the background, then answers 5 % and then half of the requests. Empty (`[]`): it takes over
    /// as soon as it is placed and routers know it; what guards it then is the bake, in which the replaced revision keeps `bakeHoldbackPermille`, and hard limits.
    /// </summary>
    [DefaultValue(
        "[{\"name\": \"shadow\", \"mirrorPermille\": 100, \"minRequests\": 200}, "
            + "{\"name\": \"small\", \"trafficPermille\": 50, \"mirrorPermille\": 100, \"minRequests\": 500}, "
            + "{\"name\": \"half\", \"trafficPermille\": 500, \"minRequests\": 1000}]",
        Json = true)]
    [Items(0, 16)]
    [XListType(XListType.Map)]
    [XListMapKeys("name")]
    [ValidationRule("self.map(s, s.trafficPermille).isSorted()", message: "must not have a step with less `trafficPermille` than the one before it")]
    public List<StepSpec> Steps { get; set; } =
    [
        new() { Name = "shadow", MirrorPermille = 100, MinRequests = 200 },
        new() { Name = "small", TrafficPermille = 50, MirrorPermille = 100, MinRequests = 500 },
        new() { Name = "half", TrafficPermille = 500, MinRequests = 1000 },
    ];

    /// <summary>
    /// How long placing a candidate may take, and how long it may be unhealthy once it was placed, before it is rejected; pauses of less than a minute don't begin that anew, and
    /// what can't be asked for half a minute isn't unhealthy. Routers that don't follow for so long are reported as stalled. So is a first revision, which nothing could
    /// serve instead of, and it is still tried.
    /// </summary>
    [DefaultValue(900)]
    [RangeMinimum(1)]
    [RangeMaximum(86400)]
    public int ProgressDeadlineSeconds { get; set; } = 900;

    /// <summary>
    /// How long the guards stay armed after a promotion: a regression then returns all traffic to the revision that was replaced. With `steps` it takes longer where the analysis
    /// has not passed by then, up to `analysis.noData.deadlineSeconds`.
    /// </summary>
    [DefaultValue(600)]
    [RangeMinimum(0)]
    [RangeMaximum(604800)]
    public int BakeSeconds { get; set; } = 600;

    /// <summary>
    /// Thousandths of the requests that the replaced revision goes on answering while the promoted one bakes, so that there is something to compare with. 0: the bake is guarded
    /// by hard limits only.
    /// </summary>
    [DefaultValue(20)]
    [RangeMinimum(0)]
    [RangeMaximum(500)]
    public int BakeHoldbackPermille { get; set; } = 20;

    /// <summary>How long a revision that was replaced stays loaded, so that going back to it is immediate. It stays at least until `bakeSeconds` are over.</summary>
    [DefaultValue(3600)]
    [RangeMinimum(0)]
    [RangeMaximum(604800)]
    public int RetainStableSeconds { get; set; } = 3600;

    /// <summary>
    /// Most revisions that stay loaded for `retainStableSeconds`; older ones go before their time. The oldest goes too when a candidate finds no memory beside them. What a
    /// promoted revision is compared with during its bake always stays.
    /// </summary>
    [DefaultValue(2)]
    [RangeMinimum(0)]
    [RangeMaximum(MaxRetainRevisions)]
    public int RetainRevisions { get; set; } = 2;

    /// <summary>How many of the last stable revisions skip the steps when the spec asks for them again. 0: none does.</summary>
    [DefaultValue(3)]
    [RangeMinimum(0)]
    [RangeMaximum(100)]
    public int FastRollbackRevisions { get; set; } = 3;

    /// <summary>What a candidate is judged by.</summary>
    [DefaultValue("{}", Json = true)]
    public AnalysisSpec Analysis { get; set; } = new();

    /// <summary>
    /// What people decide about single revisions. Each names its revision, so it may stay here without doing anything to later ones. `kubectl rerank`
    /// writes them under a field manager of its own, which GitOps tools that apply leave alone.
    /// </summary>
    [Items(0, 32)]
    [XListType(XListType.Map)]
    [XListMapKeys("revision", "action", "step")]
    public List<DirectiveSpec>? Directives { get; set; }
}

internal sealed class CapacitySpec
{
    /// <summary>
    /// `CoResident`: in the hosts that already run, next to the stable revision's; only a pool tier whose pods are to differ from those that serve (`gpu`, `resources`, `scheduling`,
    /// the claim of its model) gets pods of its own. `DedicatedPods`: every pool tier that differs does. They become the pool when the candidate is promoted.
    /// </summary>
    [DefaultValue("CoResident")]
    public CapacityPlacement Placement { get; set; } = CapacityPlacement.CoResident;

    /// <summary>
    /// Most GPUs that pods of the candidate's own may ask for together until it is promoted. A candidate that needs more is not placed. With `CoResident`, only pods of tiers in which the stable
    /// revision has GPUs too count.
    /// </summary>
    [DefaultValue(0)]
    [RangeMinimum(0)]
    [RangeMaximum(10000)]
    public int MaxExtraGPUs { get; set; }
}

internal enum CapacityPlacement
{
    CoResident,
    DedicatedPods,
}

[ValidationRule("self.trafficPermille > 0 || self.mirrorPermille > 0", message: "must have `trafficPermille` or `mirrorPermille` above zero, because nothing can be seen otherwise")]
internal sealed class StepSpec
{
    /// <summary>In a directive `Approve`: the end of the bake. No step has this name.</summary>
    public const string Bake = "bake";

    /// <summary>Name of the step; not `bake`, which names what comes after all steps.</summary>
    [Required]
    [Length(1, 40)]
    [Pattern(Patterns.Label)]
    [ValidationRule("self != 'bake'", message: "must not be \"bake\", which names what comes after all steps")]
    public string Name { get; set; } = "";

    /// <summary>Thousandths of the requests that the candidate answers.</summary>
    [DefaultValue(0)]
    [RangeMinimum(0)]
    [RangeMaximum(1000)]
    public int TrafficPermille { get; set; }

    /// <summary>Thousandths of the requests that both revisions rank, one of them after the answer, to be compared.</summary>
    [DefaultValue(0)]
    [RangeMinimum(0)]
    [RangeMaximum(1000)]
    public int MirrorPermille { get; set; }

    /// <summary>Requests of the candidate that this step needs: answered by it or, without traffic, ranked by it for comparison.</summary>
    [DefaultValue(0)]
    [RangeMinimum(0)]
    [RangeMaximum(100_000_000)]
    public int MinRequests { get; set; }

    /// <summary>How long the step lasts at least, from when every router follows it.</summary>
    [DefaultValue(0)]
    [RangeMinimum(0)]
    [RangeMaximum(2_592_000)]
    public int MinDurationSeconds { get; set; }

    /// <summary>
    /// `Shown`: the step is passed when every enforced metric is shown to be within its margin, with the chance of `analysis.falsePromotionPermille` for a candidate that isn't.
    /// `Estimated`: when the estimate is, looked at when there are `minSamples`, and then each time that their number has doubled. Absent: `Shown` for the last step, else `Estimated`.
    /// </summary>
    public PassWhen? PassWhen { get; set; }

    /// <summary>`Required`: what comes after this step, the next one or the promotion, waits for a directive `Approve` that names it.</summary>
    [DefaultValue("NotRequired")]
    public Approval Approval { get; set; } = Approval.NotRequired;
}

internal enum PassWhen
{
    Estimated,
    Shown,
}

internal enum Approval
{
    NotRequired,
    Required,
}

[ValidationRule("(self.action == 'Approve') == (self.step != 'None')", fieldPath: ".step", message: "must be set when `action` is \"Approve\", and only then")]
[ValidationRule("!has(self.attempt) || self.action != 'Retry' || self.attempt >= 2", fieldPath: ".attempt", message: "must be at least 2 when `action` is \"Retry\", because the first try needs no directive")]
internal sealed class DirectiveSpec
{
    /// <summary>A key of a list has to have a value, and Kubernetes before 1.21 refuses a default that is empty.</summary>
    public const string NoStep = "None";

    /// <summary>The try that a directive `Retry` without a number allows.</summary>
    public const int FirstRetry = 2;

    /// <summary>The revision that it is about.</summary>
    [Required]
    [Length(1, 63)]
    [Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    public string Revision { get; set; } = "";

    /// <summary>
    /// `Approve`: it may leave `step` when everything else is met. `Pause`: it stays at its step, or in its bake, as long as this is here; guards stay armed. `Abort`: it
    /// is taken out, and rejected. `Retry`: though it was rejected, or lost its traffic to a hard limit, it is tried again. `PromoteNow`: it is promoted without further steps,
    /// and a bake that waits for its analysis ends.
    /// </summary>
    [Required]
    public DirectiveAction Action { get; set; }

    /// <summary>With `Approve`: name of the step that it may leave, or `bake`. Otherwise: `None`.</summary>
    [DefaultValue(NoStep)]
    [Length(1, 40)]
    [Pattern("^(None|[a-z]([-a-z0-9]*[a-z0-9])?)$")]
    public string Step { get; set; } = NoStep;

    /// <summary>
    /// The try that it is about, so that the directive may stay here: what was said of one try says nothing of the next. With `Retry`: the last try that is allowed.
    /// Absent: 1, and 2 with `Retry`.
    /// </summary>
    [RangeMinimum(1)]
    [RangeMaximum(1000)]
    public int? Attempt { get; set; }
}

internal enum DirectiveAction
{
    Approve,
    Pause,
    Abort,
    Retry,
    PromoteNow,
}
