using System.Globalization;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Serving;

/// <summary>Tells callers what the time of their request went into, in the header that browsers and proxies show.</summary>
internal static class ServerTiming
{
    public static void Write(HttpResponse response, ScoreTimings timings) =>
        response.Headers["Server-Timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"queue;dur={timings.Waited.TotalMilliseconds:0.###}, tokenize;dur={timings.Tokenization.TotalMilliseconds:0.###}, inference;dur={timings.Inference.TotalMilliseconds:0.###}");
}
