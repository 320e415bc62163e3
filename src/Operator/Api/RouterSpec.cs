using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Api;

internal sealed class RouterSpec
{
    /// <summary>Router pods. Two or more keep serving while one is replaced.</summary>
    [DefaultValue(2)]
    [RangeMinimum(1)]
    [RangeMaximum(100)]
    public int Replicas { get; set; } = 2;

    /// <summary>Time for a whole request. When the tiers can't make it, `failurePolicy` says what is answered.</summary>
    [DefaultValue(10000)]
    [RangeMinimum(10)]
    [RangeMaximum(RoutingLimits.MaxRequestTimeoutMilliseconds)]
    public int RequestTimeoutMilliseconds { get; set; } = 10_000;

    /// <summary>
    /// What a caller gets when the tiers that should answer can't: `ServeLowerTier` gives the order of the last tier that answered and an
    /// error when none did; `InputOrder` does so too, but gives the order of the request when none did; `Fail` gives an error.
    /// </summary>
    [DefaultValue("ServeLowerTier")]
    public FailurePolicy FailurePolicy { get; set; } = FailurePolicy.ServeLowerTier;

    /// <summary>What a request may be at most.</summary>
    [DefaultValue("{}", Json = true)]
    public RequestLimitsSpec Limits { get; set; } = new();

    /// <summary>
    /// The most urgent priority that a caller may give a request, where its dialect has one: with 0 nobody goes before requests without a priority, with -10 by ten steps. A larger
    /// number lets others go first, which callers may always do.
    /// </summary>
    [DefaultValue(0)]
    [RangeMinimum(-ScoreApi.MostPriority)]
    [RangeMaximum(0)]
    public int MostUrgentPriority { get; set; }

    /// <summary>
    /// Hedged requests: what a host is slow to answer is asked of another host of the tier too, the first answer counts, and the other is given up. `{}` for the usual values; absent: off.
    /// It helps where single hosts are slow at times, and not where all have too much to do.
    /// </summary>
    public HedgingSpec? Hedging { get; set; }

    /// <summary>How requests are divided between the stable revision and a candidate.</summary>
    [DefaultValue("{}", Json = true)]
    public AssignmentSpec Assignment { get; set; } = new();

    /// <summary>Header by which testers choose a revision. Their requests count in no analysis. A gateway should remove it from requests of others.</summary>
    [DefaultValue("{}", Json = true)]
    public CandidateHeaderSpec CandidateHeader { get; set; } = new();

    /// <summary>What pages in browsers may do. Absent: they can't call routers directly.</summary>
    public CorsSpec? Cors { get; set; }

    /// <summary>Compute resources of a router container.</summary>
    public ResourcesSpec? Resources { get; set; }

    /// <summary>Where router pods run.</summary>
    public SchedulingSpec? Scheduling { get; set; }
}

internal sealed class CorsSpec
{
    /// <summary>
    /// Origins whose pages may call: `https://HOST`, with the port where it isn't the scheme's own; `*` for everybody's. Cookies are never taken. Who may call at all is decided by what is in
    /// front of the routers.
    /// </summary>
    [Items(1, RoutingLimits.MaxAllowedOrigins)]
    [Length(1, RoutingLimits.MaxOriginLength)]
    [Pattern(RoutingLimits.OriginPattern)]
    [XListType(XListType.Set)]
    [Required]
    public List<string> AllowedOrigins { get; set; } = [];
}

internal sealed class RequestLimitsSpec
{
    /// <summary>Bytes of a request's body. Larger ones are refused.</summary>
    [DefaultValue(8_388_608)]
    [RangeMinimum(1024)]
    [RangeMaximum(RoutingLimits.MaxBodyBytes)]
    public int MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Documents of a request. More are refused.</summary>
    [DefaultValue(1000)]
    [RangeMinimum(1)]
    [RangeMaximum(RoutingLimits.MaxDocuments)]
    public int MaxDocuments { get; set; } = 1000;
}

internal sealed class HedgingSpec
{
    /// <summary>When a host is slow: after the time in which that percentage of the tier's answers to requests of this size have come of late.</summary>
    [DefaultValue(95)]
    [RangeMinimum(RoutingLimits.MinHedgingPercentile)]
    [RangeMaximum(RoutingLimits.MaxHedgingPercentile)]
    public int AfterPercentile { get; set; } = 95;

    /// <summary>Thousandths of the pairs that may be asked about twice: what hedging adds to the hosts' work at most.</summary>
    [DefaultValue(20)]
    [RangeMinimum(1)]
    [RangeMaximum(RoutingLimits.MaxHedgingExtraPermille)]
    public int MaxExtraPermille { get; set; } = 20;
}

[ValidationRule("!has(self.headerName) || self.type == 'HeaderHash'", fieldPath: ".headerName", message: "may only be specified when `type` is \"HeaderHash\"")]
internal sealed class AssignmentSpec
{
    /// <summary>
    /// `HeaderHash`: by a header's value, so that whoever got the candidate keeps it while its share rises; requests without the header are assigned
    /// by chance. `Random`: every request by chance.
    /// </summary>
    [DefaultValue("HeaderHash")]
    public AssignmentType Type { get; set; } = AssignmentType.HeaderHash;

    /// <summary>With `HeaderHash`: header that says who asks. Absent: `X-Session-Id`.</summary>
    [Length(1, 100)]
    [Pattern(Patterns.HeaderName)]
    public string? HeaderName { get; set; }
}

internal sealed class CandidateHeaderSpec
{
    /// <summary>Name of the header. The value `never` asks for the stable revision.</summary>
    [DefaultValue("X-Rerank-Candidate")]
    [Length(1, 100)]
    [Pattern(Patterns.HeaderName)]
    public string Name { get; set; } = "X-Rerank-Candidate";

    /// <summary>Value that asks for the candidate.</summary>
    [DefaultValue("always")]
    [Length(1, 100)]
    [Pattern("^[A-Za-z0-9._-]+$")]
    [ValidationRule("self != 'never'", message: "must not be \"never\", which asks for the stable revision")]
    public string Value { get; set; } = "always";
}
