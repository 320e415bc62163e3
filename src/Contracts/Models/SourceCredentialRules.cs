namespace Rerank.Contracts.Models;

/// <summary>What a credential must be to get into a header, and where it may be sent. The operator asks before it pushes one, the host before it uses one.</summary>
public static class SourceCredentialRules
{
    /// <returns>The broken rule, without any of the credential; null: none.</returns>
    public static string? Problem(SourceCredential? credential)
    {
        if (credential is null)
            return "must not be null";
        var basic = credential.Username is not null && credential.Password is not null;
        var half = credential.Username is null != credential.Password is null;
        if (half || basic == credential.BearerToken is not null)
            return "must be either a bearerToken or a username with a password";
        if (credential.Username?.Contains(':') == true)
            return "username: must not contain a colon";
        string?[] parts = [credential.BearerToken, credential.Username, credential.Password];
        if (parts.Any(p => p?.Any(char.IsControl) == true))
            return "must not contain control characters";
        return credential.BearerToken is { } token && (token.Length == 0 || !token.All(static c => c is > ' ' and <= '~'))
            ? "bearerToken: must be visible ASCII characters"
            : null;
    }

    /// <summary>Whether nobody on the way can read it: what is sent to this machine itself needs no encryption.</summary>
    public static bool MayBeSentTo(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.IsLoopback;
}
