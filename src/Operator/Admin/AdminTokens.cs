using System.Collections.Concurrent;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Admin;

/// <summary>Makes a new secret token.</summary>
internal delegate string NewToken();

/// <summary>
/// The admin token of each pipeline, made once. It is read each time, so that one that was changed is in force at once; while the API server is away, the last one
/// has to do: routers can then still be told to take traffic away.
/// </summary>
internal sealed class AdminTokens(IResourceClient client, NewToken newToken, TimeProvider time)
{
    // A request that hangs must not hold up what needs no more than the token.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<PipelineOwner, string> _known = [];

    /// <returns>Null when somebody else's Secret has the name.</returns>
    public async Task<string?> GetOrCreateAsync(PipelineOwner owner, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(owner, out var known))
            return await LearnAsync(owner, cancellationToken);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await LearnAsync(owner, either.Token);
        }
        catch (Exception e) when (ApiServerAway.Says(e, cancellationToken))
        {
            return known;
        }
    }

    public void Forget(PipelineOwner owner) => _known.TryRemove(owner, out _);

    private async Task<string?> LearnAsync(PipelineOwner owner, CancellationToken cancellationToken)
    {
        var token = await ReadAsync(owner, cancellationToken);
        if (token is null)
            Forget(owner);
        else
            _known[owner] = token;
        return token;
    }

    private async Task<string?> ReadAsync(PipelineOwner owner, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(owner.Namespace, owner.Names.AdminSecret);
        var secret = await client.GetAsync<V1Secret>(key, cancellationToken);
        if (secret is null)
        {
            // Create and not apply: of two that are made at once, the first one's token holds.
            secret = await client.CreateAsync(AdminSecret.Of(owner, newToken()), cancellationToken);
        }

        if (!owner.Owns(secret))
            return null;
        if (AdminSecret.TokenOf(secret) is { } token)
            return token;

        // Somebody emptied it.
        var made = newToken();
        await client.ApplyAsync(AdminSecret.Of(owner, made), cancellationToken);
        return made;
    }
}
