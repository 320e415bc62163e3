using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;

namespace Rerank.Router.Tests.Stubs;

/// <summary>Routing tables for tests.</summary>
internal static class Tables
{
    public static readonly Tier Cache = new() { Name = "cache", Cache = new CacheTier(1024 * 1024, 3600) };

    public static readonly Escalation Always = new() { Type = EscalationType.Always };

    public static Escalation Margin(int milli, int topK) => new() { Type = EscalationType.Margin, MarginMilli = milli, TopK = topK };

    public static Tier Model(string name, Escalation? escalation = null, Activation activation = Activation.Sigmoid, string? model = null) => new()
    {
        Name = name,
        Model = new ModelTier
        {
            Cluster = name,
            Model = model ?? $"{name}-model",
            Digest = StubHost.DigestOf(model ?? name),
            Activation = activation,
            Escalation = escalation,
        },
    };

    public static Cluster Cluster(string name, params string[] addresses) => new() { Name = name, Addresses = addresses };

    /// <summary>A candidate whose requests are assigned by the header X-Session-Id, and forced by X-Rerank-Candidate: always.</summary>
    public static CandidateArm Candidate(IReadOnlyList<Tier> tiers, int traffic, int mirror = 0, string revision = "c1", RouterPolicy? policy = null) => new()
    {
        Arm = new Arm { Revision = revision, Policy = policy ?? new RouterPolicy(), Tiers = tiers },
        Attempt = 1,
        TrafficPermille = traffic,
        MirrorPermille = mirror,
        Assignment = new Assignment { HeaderName = "X-Session-Id", ForceHeaderName = "X-Rerank-Candidate", ForceCandidateValue = "always" },
    };

    public static RoutingTable Table(IReadOnlyList<Tier> tiers, IReadOnlyList<Cluster> clusters, RouterPolicy? policy = null, long generation = 1, string? revision = null) => new()
    {
        Generation = generation,
        Pipeline = "shop/search",
        Clusters = clusters,
        Stable = new Arm { Revision = revision ?? $"r{generation}", Policy = policy ?? new RouterPolicy(), Tiers = tiers },
    };
}
