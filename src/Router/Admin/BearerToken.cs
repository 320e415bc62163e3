using System.Security.Cryptography;
using System.Text;

namespace Rerank.Router.Admin;

/// <summary>Checks the operator's token against the token file.</summary>
internal sealed class BearerToken(RouterOptions options, ILogger<BearerToken> logger)
{
    private const string Scheme = "Bearer ";

    public async Task<bool> MatchesAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (options.AdminTokenFile is not { } path || authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return false;

        string expected;
        try
        {
            expected = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.TokenUnreadable(logger, path, e.Message);
            return false;
        }

        // Hashes have one length, so that the comparison doesn't tell the token's either.
        return expected.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(expected), Hash(authorization[Scheme.Length..].Trim()));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
