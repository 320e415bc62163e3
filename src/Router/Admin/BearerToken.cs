using Rerank.Http;

namespace Rerank.Router.Admin;

/// <summary>Checks the operator's token. Without a file, nobody has it.</summary>
internal sealed class BearerToken(RouterOptions options, ILogger<BearerToken> logger)
{
    private readonly AdminToken? _token = options.AdminTokenFile is { } file ? new(file) : null;

    public async Task<bool> MatchesAsync(string? authorization, CancellationToken cancellationToken)
    {
        try
        {
            return _token is not null && await _token.AdmitsAsync(authorization, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.TokenUnreadable(logger, options.AdminTokenFile!, e.Message);
            return false;
        }
    }
}
