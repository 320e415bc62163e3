using System.Security.Cryptography;
using System.Text;

namespace Rerank.RerankerHost.Admin;

/// <summary>The token of the admin port. The file is read at every request, so that a rotated secret is in force at once.</summary>
internal sealed class AdminToken(string file)
{
    private const string Scheme = "Bearer ";

    public async Task<bool> AdmitsAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var expected = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        var given = authorization[Scheme.Length..].Trim();

        // Hashes have one length, so that not even the token's length shows in the time that this takes.
        return expected.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(expected), Hash(given));
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
