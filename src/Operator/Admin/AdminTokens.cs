using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Admin;

/// <summary>Makes a new secret token.</summary>
internal delegate string NewToken();

/// <summary>The admin token of each pipeline, made once.</summary>
internal sealed class AdminTokens(IResourceClient client, NewToken newToken)
{
    /// <returns>Null when somebody else's Secret has the name.</returns>
    public async Task<string?> GetOrCreateAsync(PipelineOwner owner, CancellationToken cancellationToken)
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
