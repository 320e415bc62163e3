using Rerank.Contracts.Routing;
using Rerank.Operator.Analysis.Tests;
using Rerank.Operator.Api;

namespace Rerank.Operator.Analysis.Metrics;

/// <summary>A type of metric: what it looks at, how it is judged, and what follows. <see cref="MetricTypes"/> has one of each.</summary>
internal abstract class Metric
{
    public abstract MetricType Type { get; }

    /// <summary>Reason of a rejection.</summary>
    public abstract string Reason { get; }

    /// <summary>Whether stable must answer requests too, beside the candidate, for there to be anything to compare.</summary>
    public virtual bool ComparesAnswers => true;

    /// <summary>Whether a step gives the metric data. One that isn't asked can still fail, but never holds the step.</summary>
    public virtual bool IsAsked(bool hasTraffic, bool hasMirror) => hasTraffic;

    /// <summary>What share of trials it tests; null when it tests something else.</summary>
    public virtual ShareTerms? Terms(MetricSpec metric) => null;

    /// <summary>The limit that routers watch by themselves; null when it has none.</summary>
    public virtual HardLimit? HardLimit(MetricSpec metric) => null;

    public abstract Finding Measure(MetricSpec metric, MetricEvidence evidence, Levels levels);
}

/// <summary>What a metric may look at.</summary>
internal sealed record MetricEvidence
{
    /// <summary>Sums over all processes of the whole try.</summary>
    public required Evidence Totals { get; init; }

    /// <summary>Of metrics that test a share.</summary>
    public ShareTest? Test { get; init; }

    /// <summary>Trials and bad ones of its share by place, in this epoch; null without keys.</summary>
    public (int[] Trials, int[] Bad)? Places { get; init; }

    /// <summary>How many places are the candidate's.</summary>
    public int TrafficPermille { get; init; }

    /// <summary>Pairs that were compared in this epoch.</summary>
    public long PairsInEpoch { get; init; }

    /// <summary>What the metric's own source said last; null when it hasn't been asked.</summary>
    public ExternalCounts? Source { get; init; }
}
