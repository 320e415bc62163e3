using System.Globalization;
using Prometheus;
using Rerank.Programs.Telemetry;
using Rerank.Router.Routing;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Telemetry;

/// <summary>All that <c>/metrics</c> says, and the counters of the admin status.</summary>
internal sealed class RouterMetrics
{
    private static readonly double[] Seconds = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Counter _passed;
    private readonly Histogram _passedDuration;
    private readonly Counter _tierRequests;
    private readonly Histogram _tierDuration;
    private readonly Counter _pairs;
    private readonly Counter _cacheHits;
    private readonly Counter _cacheMisses;
    private readonly Counter _escalatedPairs;
    private readonly Counter _escalatedRequests;
    private readonly Counter _degraded;
    private readonly Counter _armRequests;
    private readonly Counter _trips;
    private readonly Counter _hedges;
    private readonly Counter _shadows;
    private readonly Counter _feedback;
    private long _answered;
    private long _errors;

    private readonly GoneSeries _gone;

    public RouterMetrics(TableStore tables, TimeProvider time)
    {
        _gone = new GoneSeries(time);
        Registry = Metrics.NewCustomRegistry();
        var factory = Metrics.WithCustomRegistry(Registry);
        DotNetStats.Register(Registry);

        _requests = factory.CreateCounter("rerank_router_requests_total", "Rerank requests answered.", "dialect", "code");
        _duration = factory.CreateHistogram(
            "rerank_router_request_duration_seconds", "From a request's first byte to its answer.", ["dialect"], new HistogramConfiguration { Buckets = Seconds });
        _passed = factory.CreateCounter("rerank_router_passed_requests_total", "Requests passed on to hosts unread, by what they were answered with.", "route", "code");
        _passedDuration = factory.CreateHistogram(
            "rerank_router_passed_duration_seconds", "From such a request's first byte to the end of its answer.", ["route"], new HistogramConfiguration { Buckets = Seconds });
        _tierRequests = factory.CreateCounter(
            "rerank_router_tier_requests_total", "Requests for which a tier's hosts were asked.", "tier", "revision", "result");
        _tierDuration = factory.CreateHistogram(
            "rerank_router_tier_duration_seconds", "Time that a tier took for a request, retries included.", ["tier", "revision"],
            new HistogramConfiguration { Buckets = Seconds });
        _pairs = factory.CreateCounter("rerank_router_pairs_total", "Pairs scored, by where the score came from.", "tier", "source");
        _cacheHits = factory.CreateCounter("rerank_router_cache_hits_total", "Pairs found in the cache.");
        _cacheMisses = factory.CreateCounter("rerank_router_cache_misses_total", "Pairs looked for in the cache in vain.");
        _escalatedPairs = factory.CreateCounter("rerank_router_escalated_pairs_total", "Documents that went beyond the first model.");
        _escalatedRequests = factory.CreateCounter("rerank_router_requests_escalated_total", "Requests with such documents.");
        _degraded = factory.CreateCounter("rerank_router_degraded_total", "Answers without the tier that should have decided.", "reason");

        _armRequests = factory.CreateCounter(
            "rerank_router_arm_requests_total", "Requests that an arm ranked or failed to; one that stable took over counts for both.", "arm", "revision", "result");
        _trips = factory.CreateCounter("rerank_router_trips_total", "Times that this router took a candidate's traffic away.", "limit");
        _hedges = factory.CreateCounter("rerank_router_hedges_total", "Requests for which a second host was asked since the first was slow, by what came of that: won, lost or failed.", "tier", "result");
        _shadows = factory.CreateCounter("rerank_router_shadow_total", "Requests chosen to be ranked by both arms, by what came of it.", "result");
        _feedback = factory.CreateCounter("rerank_router_feedback_total", "Calls with feedback, by what came of it.", "result");

        var entries = factory.CreateGauge("rerank_router_cache_entries", "Pairs in the cache.");
        var bytes = factory.CreateGauge("rerank_router_cache_bytes", "Bytes that they take.");
        var evictions = factory.CreateCounter("rerank_router_cache_evictions_total", "Pairs replaced by others before their time.");
        var allocated = factory.CreateCounter("rerank_router_allocated_bytes_total", "Managed memory allocated since the start.");
        var generation = factory.CreateGauge("rerank_router_table_generation", "Generation of the routing table in force, 0 without one.");
        var permille = factory.CreateGauge("rerank_router_candidate_traffic_permille", "Thousandths of the requests that the candidate gets here.");
        Registry.AddBeforeCollectCallback(() =>
        {
            var current = tables.Current;
            PairCache[] caches = [.. new[] { current?.Stable, current?.Candidate }.Select(arm => arm?.Cache?.Pairs).OfType<PairCache>().Distinct()];
            generation.Set(current?.Table.Generation ?? 0);
            permille.Set(current?.TrafficPermille ?? 0);
            entries.Set(caches.Sum(cache => cache.Entries));
            bytes.Set(caches.Sum(cache => cache.Bytes));
            allocated.IncTo(GC.GetTotalAllocatedBytes());
            foreach (var cache in caches)
                evictions.Inc(cache.TakeEvictions());
            ForgetRevisions(current);
        });
    }

    public CollectorRegistry Registry { get; }

    /// <summary>Revisions come and go as long as a router runs, and a histogram has many series for each.</summary>
    private void ForgetRevisions(ServingTable? current)
    {
        var present = new[] { current?.Stable, current?.Candidate }.OfType<ServingArm>().Select(arm => arm.Revision).ToHashSet();
        var counted = new Collector[] { _tierRequests, _tierDuration, _armRequests }.Select(Labels).ToArray();
        var gone = _gone.Forget(present, counted.SelectMany(labels => labels).Select(RevisionOf));
        if (gone.Count == 0)
            return;
        foreach (var labels in counted[0].Where(IsGone))
            _tierRequests.RemoveLabelled(labels);
        foreach (var labels in counted[1].Where(IsGone))
            _tierDuration.RemoveLabelled(labels);
        foreach (var labels in counted[2].Where(IsGone))
            _armRequests.RemoveLabelled(labels);

        bool IsGone(string[] labels) => gone.Contains(RevisionOf(labels));

        // Of all three the second.
        static string RevisionOf(string[] labels) => labels[1];

        static string[][] Labels(Collector collector) => collector switch
        {
            Counter counter => [.. counter.GetAllLabelValues()],
            Histogram histogram => [.. histogram.GetAllLabelValues()],
            _ => [],
        };
    }

    public long Answered => Interlocked.Read(ref _answered);

    public long Errors => Interlocked.Read(ref _errors);

    public void RequestAnswered(string dialect, int code, bool serverError, TimeSpan duration)
    {
        Interlocked.Increment(ref _answered);
        if (serverError)
            Interlocked.Increment(ref _errors);
        _requests.WithLabels(dialect, code.ToString(CultureInfo.InvariantCulture)).Inc();
        _duration.WithLabels(dialect).Observe(duration.TotalSeconds);
    }

    /// <param name="route">One of <see cref="Dialects.HostRoutes"/>.</param>
    public void RequestPassed(string route, int code, TimeSpan duration)
    {
        _passed.WithLabels(route, code.ToString(CultureInfo.InvariantCulture)).Inc();
        _passedDuration.WithLabels(route).Observe(duration.TotalSeconds);
    }

    public void TierAsked(string tier, string revision, string result, TimeSpan duration)
    {
        _tierRequests.WithLabels(tier, revision, result).Inc();
        _tierDuration.WithLabels(tier, revision).Observe(duration.TotalSeconds);
    }

    public void CacheLookedUp(string tier, int hits, int misses)
    {
        _cacheHits.Inc(hits);
        _cacheMisses.Inc(misses);
        _pairs.WithLabels(tier, "cache").Inc(hits);
    }

    public void PairsScored(string tier, int count) => _pairs.WithLabels(tier, "model").Inc(count);

    public void Escalated(int documents)
    {
        if (documents == 0)
            return;
        _escalatedPairs.Inc(documents);
        _escalatedRequests.Inc();
    }

    public void ArmRanked(ServingArm arm, string result) => _armRequests.WithLabels(arm.Role == ArmRole.Stable ? "stable" : "candidate", arm.Revision, result).Inc();

    /// <param name="result"><c>won</c>: the second host answered first; <c>lost</c>, or <c>failed</c>: neither gave scores.</param>
    public void Hedged(string tier, string result) => _hedges.WithLabels(tier, result).Inc();

    public void Tripped(string limit) => _trips.WithLabels(limit).Inc();

    /// <param name="result"><c>compared</c>, <c>failed</c>, <c>repeated</c> or <c>skipped</c>.</param>
    public void Shadowed(string result) => _shadows.WithLabels(result).Inc();

    /// <param name="result"><c>joined</c>, <c>forwarded</c>, <c>unknown</c>, <c>refused</c> or <c>invalid</c>.</param>
    public void FeedbackTaken(string result) => _feedback.WithLabels(result).Inc();

    public void Degraded(string reason) => _degraded.WithLabels(reason).Inc();
}
