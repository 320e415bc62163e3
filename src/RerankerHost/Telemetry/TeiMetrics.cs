using Prometheus;

namespace Rerank.RerankerHost.Telemetry;

/// <summary>
/// The names that text-embeddings-inference has for its metrics, for dashboards that exist. What has a better name of our own is told under both.
/// </summary>
internal sealed class TeiMetrics
{
    // Of a request with several texts, which rerank requests are.
    private const string Batch = "batch";

    private static readonly double[] Seconds = [.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Tokens = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];
    private static readonly double[] Pairs = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

    private readonly Counter.Child _requests;
    private readonly Counter.Child _successes;
    private readonly Counter _failures;
    private readonly Histogram _duration;
    private readonly Histogram _tokenization;
    private readonly Histogram _queueDuration;
    private readonly Histogram _inference;
    private readonly Gauge _queue;
    private readonly Histogram _batchPairs;
    private readonly Histogram _batchTokens;
    private readonly Histogram _inputLength;

    public TeiMetrics(MetricFactory factory)
    {
        _requests = factory.CreateCounter("te_request_count", "Requests that were answered or refused.", "method").WithLabels(Batch);
        _successes = factory.CreateCounter("te_request_success", "Requests with scores for an answer.", "method").WithLabels(Batch);
        _failures = factory.CreateCounter("te_request_failure", "Requests with an error for an answer.", "err");
        _duration = Histogram("te_request_duration", "Seconds from request to scores.", Seconds);
        _tokenization = Histogram("te_request_tokenization_duration", "Seconds in which a request's texts were made into tokens.", Seconds);
        _queueDuration = Histogram("te_request_queue_duration", "Seconds in which a request waited while others' work ran.", Seconds);
        _inference = Histogram("te_request_inference_duration", "Seconds in which a request's pairs ran.", Seconds);
        _queue = factory.CreateGauge("te_queue_size", "Pairs that are waiting or being scored.");
        _batchPairs = Histogram("te_batch_next_size", "Pairs that run together.", Pairs);
        _batchTokens = Histogram("te_batch_next_tokens", "Tokens that run together.", Tokens);
        _inputLength = Histogram("te_request_input_length", "Tokens of a pair.", Tokens);

        Histogram Histogram(string name, string help, double[] buckets) => factory.CreateHistogram(name, help, new HistogramConfiguration { Buckets = buckets });
    }

    public void Answered(int status, TimeSpan duration)
    {
        _requests.Inc();
        if (status == StatusCodes.Status200OK)
        {
            _successes.Inc();
            _duration.Observe(duration.TotalSeconds);
        }
        else if (ErrorOf(status) is { } error)
        {
            _failures.WithLabels(error).Inc();
        }
    }

    public void Scored(int tokens) => _inputLength.Observe(tokens);

    public void Timed(TimeSpan tokenization, TimeSpan queue, TimeSpan inference)
    {
        _tokenization.Observe(tokenization.TotalSeconds);
        _queueDuration.Observe(queue.TotalSeconds);
        _inference.Observe(inference.TotalSeconds);
    }

    public void Batched(int pairs, long tokens)
    {
        _batchPairs.Observe(pairs);
        _batchTokens.Observe(tokens);
    }

    public void Queue(int pairs) => _queue.Set(pairs);

    /// <summary>Null for callers that left.</summary>
    private static string? ErrorOf(int status) => status switch
    {
        StatusCodes.Status499ClientClosedRequest => null,
        StatusCodes.Status429TooManyRequests => "overloaded",
        StatusCodes.Status503ServiceUnavailable => "unhealthy",
        StatusCodes.Status424FailedDependency or >= 500 => "inference",
        _ => "validation",
    };
}
