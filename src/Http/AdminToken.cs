using System.Security.Cryptography;
using System.Text;

namespace Rerank.Http;

/// <summary>
/// The token of the admin port, and the one before it while it is being replaced, which is in a file beside it. Files are read at every request, so that what changes is in force at once.
/// </summary>
public sealed class AdminToken(string file)
{
    /// <summary>Before the name of the token's file.</summary>
    public const string PreviousPrefix = "previous-";

    private const string Scheme = "Bearer ";

    private readonly string _previous = Path.Combine(Path.GetDirectoryName(file) ?? "", PreviousPrefix + Path.GetFileName(file));

    /// <exception cref="IOException">The token can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The token may not be read.</exception>
    public async Task<bool> AdmitsAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var given = Hash(authorization[Scheme.Length..].Trim());
        var current = Matches(await File.ReadAllTextAsync(file, cancellationToken), given);

        // Both are compared always: the time that it takes tells nothing of either.
        var previous = Matches(await PreviousAsync(cancellationToken), given);
        return current | previous;
    }

    private async Task<string> PreviousAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(_previous, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    // Hashes have one length, so that not even the token's length shows in the time that this takes.
    private static bool Matches(string expected, byte[] given)
    {
        var token = expected.Trim();
        return CryptographicOperations.FixedTimeEquals(Hash(token), given) & token.Length > 0;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
