namespace Rerank.Operator.Api;

/// <summary>Regular expressions that more than one member has.</summary>
internal static class Patterns
{
    public const string Label = "^[a-z]([-a-z0-9]*[a-z0-9])?$";

    public const string Subdomain = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /// <summary>Relative, with forward slashes, and nothing in it that leads out of the folder.</summary>
    public const string FilePath = "^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$";

    /// <summary>No credentials, query or fragment, and no slash at the end. <see cref="Rerank.Contracts.Models.WebAddress"/> has what a pattern can't say, as how long a host's name may be.</summary>
    public const string WebAddress =
        @"^https?://([A-Za-z0-9]([-A-Za-z0-9_]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9_]{0,61}[A-Za-z0-9])?)*\.?|\[[0-9A-Fa-f:.]{2,45}\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*$";

    public const string LabelKey = @"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

    public const string LabelValue = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

    public const string ExtendedResource = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

    /// <summary>
    /// Whole mebibytes or gibibytes, up to <see cref="Rerank.Contracts.Routing.RoutingLimits.MaxCacheBytes"/>: the maximum of a schema binds numbers only, and the rule that would
    /// bind quantities isn't evaluated by every API server.
    /// </summary>
    public const string CacheMemory = "^([1-9][0-9]{0,3}Mi|([1-9]|[1-5][0-9]|6[0-4])Gi)$";

    public const string GpuMemory = "^([1-9][0-9]{0,6}Mi|[1-9][0-9]{0,3}Gi)$";

    /// <summary>A field name of HTTP (RFC 9110), without the odd signs that it allows.</summary>
    public const string HeaderName = "^[A-Za-z0-9][A-Za-z0-9-]*$";

    public const string Reason = "^[A-Z][A-Za-z0-9]*$";
}
