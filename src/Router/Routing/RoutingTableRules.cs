using System.Text.RegularExpressions;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Contracts.Scoring;

namespace Rerank.Router.Routing;

/// <summary>What a routing table must fulfil to be used.</summary>
internal static partial class RoutingTableRules
{
    private const int MaxClusters = 64;
    private const int MaxAddresses = 1000;
    private const int MaxTiers = 4;
    private const long MinCacheBytes = 64 * 1024;
    private const int MaxMarginMilli = 1_000_000;

    /// <summary>Names the first field that is wrong, and what is allowed; null when nothing is.</summary>
    public static string? FirstError(RoutingTable table) => Errors(table).FirstOrDefault();

    private static IEnumerable<string> Errors(RoutingTable table)
    {
        if (table.Generation < 1)
            yield return $"generation must be at least 1, not {table.Generation}";
        if (string.IsNullOrWhiteSpace(table.Pipeline))
            yield return "pipeline must not be empty";
        if (table.Clusters.Count > MaxClusters)
            yield return $"clusters must have at most {MaxClusters} entries, not {table.Clusters.Count}";

        var clusters = new HashSet<string>();
        for (var i = 0; i < table.Clusters.Count; i++)
        {
            var at = $"clusters[{i}]";
            if (table.Clusters[i] is not { } cluster)
            {
                yield return $"{at} must not be null";
                continue;
            }

            if (!Name().IsMatch(cluster.Name))
                yield return $"{at}.name must match {NamePattern}";
            if (!clusters.Add(cluster.Name))
                yield return $"{at}.name: {cluster.Name} is there twice";
            foreach (var error in AddressErrors(cluster.Addresses))
                yield return $"{at}.addresses{error}";
        }

        if (table.MostUrgentPriority is < -ScoreApi.MostPriority or > 0)
            yield return $"mostUrgentPriority must be from {-ScoreApi.MostPriority} to 0, not {table.MostUrgentPriority}";

        if (table.Hedging?.AfterPercentile is < RoutingLimits.MinHedgingPercentile or > RoutingLimits.MaxHedgingPercentile)
            yield return $"hedging.afterPercentile must be from {RoutingLimits.MinHedgingPercentile} to {RoutingLimits.MaxHedgingPercentile}, not {table.Hedging.AfterPercentile}";
        if (table.Hedging?.MaxExtraPermille is < 1 or > RoutingLimits.MaxHedgingExtraPermille)
            yield return $"hedging.maxExtraPermille must be from 1 to {RoutingLimits.MaxHedgingExtraPermille}, not {table.Hedging.MaxExtraPermille}";

        foreach (var error in ArmErrors(table.Stable, clusters))
            yield return $"stable.{error}";
        if (table.Candidate is { } candidate)
        {
            foreach (var error in ArmErrors(candidate.Arm, clusters).Select(error => $"arm.{error}").Concat(CandidateRules.Errors(candidate, table.Stable.Revision)))
                yield return $"{AdminProtocol.OfCandidate}{error}";
        }

        foreach (var error in AddressErrors(table.Peers))
            yield return $"peers{error}";
        foreach (var error in OriginErrors(table.Cors?.AllowedOrigins ?? []))
            yield return $"cors.allowedOrigins{error}";
    }

    private static IEnumerable<string> OriginErrors(IReadOnlyList<string> origins)
    {
        if (origins.Count > RoutingLimits.MaxAllowedOrigins)
            yield return $" must have at most {RoutingLimits.MaxAllowedOrigins} entries, not {origins.Count}";
        for (var i = 0; i < origins.Count; i++)
        {
            if (origins[i] is not { Length: <= RoutingLimits.MaxOriginLength } origin || !Origin().IsMatch(origin))
                yield return $"[{i}] must be an origin such as https://shop.example.org, or *";
        }
    }

    private static IEnumerable<string> AddressErrors(IReadOnlyList<string> addresses)
    {
        if (addresses.Count > MaxAddresses)
            yield return $" must have at most {MaxAddresses} entries, not {addresses.Count}";
        for (var i = 0; i < addresses.Count; i++)
        {
            if (addresses[i] is not { } address || !DestinationAddress.TryParse(address, out _))
                yield return $"[{i}] must be {DestinationAddress.Expected}";
        }
    }

    private static IEnumerable<string> ArmErrors(Arm arm, HashSet<string> clusters)
    {
        if (!Revision().IsMatch(arm.Revision))
            yield return "revision must be 1 to 128 letters, digits, '.', '_' and '-'";

        var policy = arm.Policy;
        if (policy.RequestTimeoutMilliseconds is < 1 or > RoutingLimits.MaxRequestTimeoutMilliseconds)
            yield return $"policy.requestTimeoutMilliseconds must be from 1 to {RoutingLimits.MaxRequestTimeoutMilliseconds}, not {policy.RequestTimeoutMilliseconds}";
        if (!Enum.IsDefined(policy.FailurePolicy))
            yield return $"policy.failurePolicy must be one of {string.Join(", ", Enum.GetNames<FailurePolicy>())}";
        if (policy.Limits.MaxBodyBytes is < 1 or > RoutingLimits.MaxBodyBytes)
            yield return $"policy.limits.maxBodyBytes must be from 1 to {RoutingLimits.MaxBodyBytes}, not {policy.Limits.MaxBodyBytes}";
        if (policy.Limits.MaxDocuments is < 1 or > RoutingLimits.MaxDocuments)
            yield return $"policy.limits.maxDocuments must be from 1 to {RoutingLimits.MaxDocuments}, not {policy.Limits.MaxDocuments}";

        if (arm.Tiers.Count is 0 or > MaxTiers)
            yield return $"tiers must have from 1 to {MaxTiers} entries, not {arm.Tiers.Count}";
        if (arm.Tiers.All(tier => tier?.Model is null))
            yield return "tiers must have at least one with model";

        var names = new HashSet<string>();
        for (var i = 0; i < arm.Tiers.Count; i++)
        {
            var at = $"tiers[{i}]";
            if (arm.Tiers[i] is not { } tier)
            {
                yield return $"{at} must not be null";
                continue;
            }

            if (!Name().IsMatch(tier.Name))
                yield return $"{at}.name must match {NamePattern}";
            if (!names.Add(tier.Name))
                yield return $"{at}.name: {tier.Name} is there twice";
            if (tier.Cache is null == tier.Model is null)
                yield return $"{at} must have exactly one of cache and model";
            if (tier.Cache is not null && i > 0)
                yield return $"{at}.cache: a cache must be the first tier";

            var errors = tier.Cache is { } cache ? CacheErrors(cache)
                : tier.Model is { } model ? ModelErrors(model, clusters, last: i == arm.Tiers.Count - 1)
                : [];
            foreach (var error in errors)
                yield return $"{at}.{error}";
        }
    }

    private static IEnumerable<string> CacheErrors(CacheTier cache)
    {
        if (cache.MemoryBytes is < MinCacheBytes or > RoutingLimits.MaxCacheBytes)
            yield return $"cache.memoryBytes must be from {MinCacheBytes} to {RoutingLimits.MaxCacheBytes}, not {cache.MemoryBytes}";
        if (cache.TtlSeconds < 1)
            yield return $"cache.ttlSeconds must be at least 1, not {cache.TtlSeconds}";
    }

    private static IEnumerable<string> ModelErrors(ModelTier model, HashSet<string> clusters, bool last)
    {
        if (!clusters.Contains(model.Cluster))
            yield return $"model.cluster: there is no cluster {model.Cluster}";
        if (string.IsNullOrWhiteSpace(model.Model))
            yield return "model.model must not be empty";
        if (string.IsNullOrWhiteSpace(model.Digest))
            yield return "model.digest must not be empty";
        if (!Enum.IsDefined(model.Activation))
            yield return $"model.activation must be one of {string.Join(", ", Enum.GetNames<Activation>())}";
        if (last != model.Escalation is null)
            yield return last ? "model.escalation must be absent on the last tier" : "model.escalation is required on every tier but the last";
        if (model.Escalation is not { } escalation)
            yield break;

        switch (escalation.Type)
        {
            case EscalationType.Always:
                if (escalation.MarginMilli is not null || escalation.TopK is not null)
                    yield return "model.escalation: marginMilli and topK belong to type Margin only";
                break;
            case EscalationType.Margin:
                if (escalation.MarginMilli is not (>= 0 and <= MaxMarginMilli))
                    yield return $"model.escalation.marginMilli must be from 0 to {MaxMarginMilli} with type Margin";
                if (escalation.TopK is < 1 or > RoutingLimits.MaxDocuments)
                    yield return $"model.escalation.topK must be from 1 to {RoutingLimits.MaxDocuments}, not {escalation.TopK}";
                break;
            default:
                yield return $"model.escalation.type must be one of {string.Join(", ", Enum.GetNames<EscalationType>())}";
                break;
        }
    }

    // What may be a header's value and a metric's label as it is.
    private const string NamePattern = "^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?\\z";

    [GeneratedRegex(RoutingLimits.OriginPattern, RegexOptions.CultureInvariant)]
    private static partial Regex Origin();

    [GeneratedRegex(NamePattern, RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,128}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Revision();
}
