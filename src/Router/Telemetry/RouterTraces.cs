using System.Diagnostics;
using Rerank.Programs.Traces;

namespace Rerank.Router.Telemetry;

/// <summary>Spans of requests, of the tiers that they went to, and of what hosts were asked. They have counts and names, and never text.</summary>
internal static class RouterTraces
{
    public const string SourceName = "Rerank.Router";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Of one request; null when nobody wants spans.</summary>
    public static Activity? Begin(HttpContext context) => Source.StartServer("rerank", name => context.Request.Headers[name]);

    public static void End(this Activity? request, string dialect, string requestId, int status)
    {
        if (request is null)
            return;
        request.DisplayName = $"rerank {dialect}";
        request.SetTag("rerank.dialect", dialect);
        request.SetTag("rerank.request_id", requestId);
        request.SetStatus(status);
    }

    public static void EndPassed(this Activity? request, string route, string requestId, int status)
    {
        if (request is null)
            return;
        request.DisplayName = $"pass {route}";
        request.SetTag("rerank.route", route);
        request.SetTag("rerank.request_id", requestId);
        request.SetStatus(status);
    }

    /// <summary>The ranking of a request by both arms, of which nobody gets the second.</summary>
    public static Activity? Shadow(string revision) => Source.StartActivity("shadow")?.SetTag("rerank.revision", revision);

    public static Activity? Tier(string tier, string revision, int passages) => Source.StartActivity($"tier {tier}")
        ?.SetTag("rerank.tier", tier).SetTag("rerank.revision", revision).SetTag("rerank.pairs", passages);

    /// <summary>One try to have a host answer a request that is passed on.</summary>
    public static Activity? Pass(string cluster, string address) => Source.StartActivity("pass", ActivityKind.Client)
        ?.SetTag("rerank.cluster", cluster).SetTag("server.address", new Uri(address).Authority);

    /// <summary>One try with one host.</summary>
    public static Activity? Ask(string cluster, Uri address, int passages) => Source.StartActivity("score", ActivityKind.Client)
        ?.SetTag("rerank.cluster", cluster).SetTag("server.address", address.Authority).SetTag("rerank.pairs", passages);
}
