namespace Rerank.Contracts.Models;

/// <summary>Where something is fetched from. Whoever lets people name an address and whoever goes there have the same rule.</summary>
public static class WebAddress
{
    /// <returns>What is wrong with it; null: nothing.</returns>
    public static string? Problem(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return "must be an absolute http or https address";
        if (uri.UserInfo.Length > 0)
            return "must not contain credentials";
        return uri.Query.Length > 0 || uri.Fragment.Length > 0 || address.Contains('?') || address.Contains('#') ? "must not have a query or a fragment" : null;
    }
}
