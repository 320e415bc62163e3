namespace Rerank.Operator.Manifests;

/// <summary>Where things are inside the containers.</summary>
internal static class PodPaths
{
    public const string Config = "/etc/rerank/config";
    public const string Admin = "/etc/rerank/admin";
    public const string AdminTokenKey = "token";

    /// <summary>The token before it, while pods may not have seen the new one.</summary>
    public const string PreviousAdminTokenKey = "previous-token";

    public const string AdminToken = $"{Admin}/{AdminTokenKey}";
    public const string Sockets = "/run/rerank";
    public const string Models = "/var/lib/rerank/models";
    public const string Bundled = "/app/models";
    public const string Temporary = "/tmp";

    public const string RoutingTableKey = "routing-table.json";
    public const string ModelSetKey = "model-set.json";

    public const string Claims = "/var/lib/rerank/claims";

    /// <summary>Key of a sidecar's model set; it shares the routers' ConfigMap.</summary>
    public static string SidecarModelSetKey(string tier) => $"{tier}.{ModelSetKey}";

    /// <returns>Null when the key is another document's.</returns>
    public static string? TierOfSidecarModelSetKey(string key) =>
        key.EndsWith($".{ModelSetKey}", StringComparison.Ordinal) ? key[..^(ModelSetKey.Length + 1)] : null;

    /// <summary>File name of a sidecar's socket.</summary>
    public static string Socket(string tier) => $"{tier}.sock";

    /// <summary>Where a claim is mounted.</summary>
    public static string Claim(string claim) => $"{Claims}/{claim}";
}
