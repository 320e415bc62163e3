using Prometheus;
using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.Programs.Telemetry;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Scheduling;

namespace Rerank.RerankerHost.Telemetry;

/// <summary>Everything that <c>/metrics</c> tells. Labels are bounded: routes, status codes, states, and the models of the set.</summary>
internal sealed class HostMetrics
{
    private static readonly double[] DurationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly ModelState[] States = Enum.GetValues<ModelState>();

    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Counter _pairs;
    private readonly Counter _tokens;
    private readonly Counter _truncated;
    private readonly Gauge _pending;
    private readonly Gauge _backlog;
    private readonly Counter _allocated;
    private readonly Gauge _modelState;
    private readonly Counter _downloaded;
    private readonly TeiMetrics _tei;

    private readonly GoneSeries _gone;

    public HostMetrics(CollectorRegistry registry, TimeProvider time)
    {
        _gone = new GoneSeries(time);
        var factory = Metrics.WithCustomRegistry(registry);
        _requests = factory.CreateCounter("rerank_host_requests_total", "Requests answered, by status code; 499: the caller left.", "route", "code");
        _duration = factory.CreateHistogram(
            "rerank_host_request_duration_seconds", "Time from request to answer.", ["route"], new HistogramConfiguration { Buckets = DurationBuckets });
        _pairs = factory.CreateCounter("rerank_host_pairs_total", "Pairs scored.", "model");
        _tokens = factory.CreateCounter("rerank_host_tokens_total", "Tokens that models were fed.", "model");
        _truncated = factory.CreateCounter("rerank_host_truncated_pairs_total", "Pairs of which text was cut off to fit.", "model");
        _pending = factory.CreateGauge("rerank_host_pending_pairs", "Pairs that are waiting or being scored.");
        _backlog = factory.CreateGauge("rerank_host_queue_seconds", "How long the work that is waiting or running takes, by estimate.");
        _allocated = factory.CreateCounter("rerank_host_allocated_bytes_total", "Managed memory allocated since the start.");
        _modelState = factory.CreateGauge("rerank_host_model_state", "1 for the state that a model is in, else 0.", "model", "state");
        _downloaded = factory.CreateCounter("rerank_host_download_bytes_total", "Bytes of model files received.");
        _tei = new TeiMetrics(factory);
    }

    public void Answered(string route, int status, TimeSpan duration)
    {
        _requests.WithLabels(route, status.ToString()).Inc();
        _duration.WithLabels(route).Observe(duration.TotalSeconds);

        // What text-embeddings-inference counts by these names are requests with scores for an answer.
        if (HostRoutes.All.All(other => other.Name != route))
            _tei.Answered(status, duration);
    }

    public void Scored(string model, ReadOnlySpan<PairScore> scores)
    {
        long tokens = 0;
        var truncated = 0;
        foreach (var score in scores)
        {
            tokens += score.Tokens;
            truncated += score.Truncated ? 1 : 0;
            _tei.Scored(score.Tokens);
        }

        _pairs.WithLabels(model).Inc(scores.Length);
        _tokens.WithLabels(model).Inc(tokens);
        _truncated.WithLabels(model).Inc(truncated);
    }

    /// <summary>What the time of a request went into.</summary>
    public void Timed(TimeSpan tokenization, TimeSpan queue, TimeSpan inference) => _tei.Timed(tokenization, queue, inference);

    /// <summary>What runs together next.</summary>
    public void Batched(int pairs, long tokens) => _tei.Batched(pairs, tokens);

    public void Downloaded(int bytes) => _downloaded.Inc(bytes);

    /// <summary>Brings the gauges up to date; called when metrics are read.</summary>
    public void Observe(Scheduler scheduler, IReadOnlyList<ModelStatus> models)
    {
        _pending.Set(scheduler.Pairs);
        _allocated.IncTo(GC.GetTotalAllocatedBytes());
        _backlog.Set(scheduler.Backlog.TotalSeconds);
        _tei.Queue(scheduler.Pairs);
        var names = models.Select(m => m.Name).ToHashSet();
        foreach (var gone in _modelState.GetAllLabelValues().Where(labels => !names.Contains(labels[0])))
            _modelState.RemoveLabelled(gone);
        Forget(names);
        foreach (var model in models)
        {
            foreach (var state in States)
                _modelState.WithLabels(model.Name, state.ToString()).Set(model.State == state ? 1 : 0);
        }
    }

    private void Forget(IReadOnlySet<string> models)
    {
        Counter[] byModel = [_pairs, _tokens, _truncated];
        var gone = _gone.Forget(models, _pairs.GetAllLabelValues().Select(labels => labels[0]));
        foreach (var name in gone)
        {
            foreach (var counter in byModel)
                counter.RemoveLabelled(name);
        }
    }
}
