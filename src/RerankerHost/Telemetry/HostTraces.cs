using System.Diagnostics;
using Rerank.Programs.Traces;

namespace Rerank.RerankerHost.Telemetry;

/// <summary>Spans of the requests that are scored here. They have counts and names, and never text.</summary>
internal static class HostTraces
{
    public const string SourceName = "Rerank.RerankerHost";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Of one request; null when nobody wants spans.</summary>
    public static Activity? Begin(HttpContext http) => Source.StartServer("rerank", name => http.Request.Headers[name]);

    /// <param name="route">As metrics call it.</param>
    public static void End(this Activity? request, string route, string requestId, int status)
    {
        if (request is null)
            return;
        request.DisplayName = $"rerank {route}";
        request.SetTag("rerank.route", route);
        request.SetTag("rerank.request_id", requestId);
        request.SetStatus(status);
    }

    /// <summary>The scoring of a request's pairs by a model.</summary>
    public static Activity? Score(string model, int pairs)
    {
        var span = Source.StartActivity("score");
        span?.SetTag("rerank.model", model);
        span?.SetTag("rerank.pairs", pairs);
        return span;
    }

    /// <summary>
    /// What the time of a scoring went into, once that is known: spans one after the other, as long as the stages took. (Work and waiting of one request
    /// alternate; the spans add up what belongs together.)
    /// </summary>
    /// <param name="score">The scoring, which is still under way; null: there is no span of it.</param>
    public static void AddStages(Activity? score, TimeSpan tokenization, TimeSpan queue, TimeSpan inference)
    {
        if (score is null)
            return;
        var start = score.StartTimeUtc;
        foreach (var (name, duration) in (ReadOnlySpan<(string, TimeSpan)>)[("tokenize", tokenization), ("queue", queue), ("inference", inference)])
        {
            using var stage = Source.StartActivity(name, ActivityKind.Internal, score.Context, startTime: start);
            start += duration;
            stage?.SetEndTime(start);
        }
    }
}
