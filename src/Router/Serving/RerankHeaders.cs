using System.Globalization;
using System.Text;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Router.Feedback;
using Rerank.Router.Tiers;

namespace Rerank.Router.Serving;

/// <summary>Headers by which callers ask for something and learn how an answer came about.</summary>
internal static class RerankHeaders
{
    public const string RequestId = ScoreApi.RequestIdHeader;
    public const string Revision = "X-Rerank-Revision";
    public const string Tier = "X-Rerank-Tier";

    /// <summary>Name of the model that decided; the answer's own <c>model</c> says what the dialect's server would.</summary>
    public const string DecidingModel = "X-Rerank-Model";

    /// <summary>Tokens that models were fed for this answer, of all tiers.</summary>
    public const string ComputedTokens = "X-Rerank-Computed-Tokens";

    public const string Degraded = "X-Rerank-Degraded";
    public const string ServerTiming = "Server-Timing";

    /// <summary>Those of answers that a page in a browser may read.</summary>
    public static IReadOnlyList<string> Exposed { get; } =
        [RequestId, Revision, Tier, DecidingModel, ComputedTokens, Degraded, ServerTiming, "Retry-After", "x-compute-characters", "x-compute-tokens"];

    /// <summary>The caller's own id when it is a UUID, else a new one.</summary>
    public static string RequestIdOf(HttpRequest request, RequestIds ids) =>
        (Guid.TryParse(request.Headers[RequestId], out var id) ? id : ids.Next()).ToString();

    /// <summary>The caller's patience when it is shorter than the policy's.</summary>
    public static TimeSpan TimeoutOf(HttpRequest request, int policyMilliseconds)
    {
        var milliseconds = (long)policyMilliseconds;
        if (request.Headers[ScoreApi.TimeoutHeader] is { Count: > 0 } header)
        {
            if (!long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) || wanted < 1)
                throw new RequestException(RequestErrorKind.Malformed, $"header {ScoreApi.TimeoutHeader} must be a number of milliseconds, at least 1");
            milliseconds = Math.Min(milliseconds, wanted);
        }

        return TimeSpan.FromMilliseconds(milliseconds);
    }

    public static string FormatTiming(TimeSpan parse, IReadOnlyList<TierTiming> tiers)
    {
        var text = new StringBuilder(96);
        text.Append(CultureInfo.InvariantCulture, $"parse;dur={parse.TotalMilliseconds:0.###}");
        foreach (var tier in tiers)
            text.Append(CultureInfo.InvariantCulture, $", {tier.Name};dur={tier.Duration.TotalMilliseconds:0.###}");
        return text.ToString();
    }
}
