using System.Collections.Concurrent;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Admin;

/// <summary>Makes a new secret token.</summary>
internal delegate string NewToken();

/// <summary>
/// The admin token of each pipeline. It is read each time, so that one that was changed is in force at once; while the API server is away, the last one
/// has to do: routers can then still be told to take traffic away.
/// </summary>
internal sealed class AdminTokens(IResourceClient client, NewToken newToken, AcceptedTokens accepted, TimeProvider time, ILogger<AdminTokens> logger)
{
    // A request that hangs must not hold up what needs no more than the token.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // What was read longer ago may have been replaced by another process since, and must not come back.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<PipelineOwner, Known> _known = [];

    /// <param name="request">Of the pipeline's annotation that asks for another token.</param>
    /// <returns>Null when somebody else's Secret has the name.</returns>
    public async Task<AdminToken?> GetOrCreateAsync(PipelineOwner owner, string? request, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(owner, out var known))
            return await LearnAsync(owner, request, cancellationToken);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await LearnAsync(owner, request, either.Token);
        }
        catch (Exception e) when (ApiServerAway.Says(e, cancellationToken))
        {
            return known.Token;
        }
    }

    /// <summary>Takes the former token away once it has had its time and every process has taken the new one. One that can't be asked holds that up.</summary>
    /// <param name="processes">All that there are, with whether they answered.</param>
    public async Task SettleAsync(PipelineOwner owner, IReadOnlyCollection<(Uri Process, bool Answers)> processes, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(owner, out var known) || known.Stored is not { Previous: not null } stored)
            return;
        var isTaken = processes.All(p => p.Answers && accepted.Has(p.Process, known.Token.Current));
        var ended = TokenRotation.End(stored, isTaken, time.GetUtcNow());
        if (ended == stored || await WriteAsync(owner, ended, known.ResourceVersion, cancellationToken) is not { } written)
            return;
        accepted.Forget(processes.Select(p => p.Process));
        Keep(owner, written);
        Log.Rotated(logger, owner.ToString());
    }

    public void Forget(PipelineOwner owner) => _known.TryRemove(owner, out _);

    private async Task<AdminToken?> LearnAsync(PipelineOwner owner, string? request, CancellationToken cancellationToken)
    {
        if (await ReadAsync(owner, request, cancellationToken) is { } secret)
            return Keep(owner, secret);
        Forget(owner);
        return null;
    }

    private async Task<V1Secret?> ReadAsync(PipelineOwner owner, string? request, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(owner.Namespace, owner.Names.AdminSecret);
        var secret = await client.GetAsync<V1Secret>(key, cancellationToken);
        if (secret is not null && !owner.Owns(secret))
            return null;
        var stored = secret is null ? null : AdminSecret.Read(secret);
        var wanted = TokenRotation.Begin(stored, LastUsed(owner), request, newToken, time.GetUtcNow());
        if (wanted == stored)
            return secret;
        if (wanted.Previous is not null)
            Log.Rotating(logger, owner.ToString());
        if (secret is null)
        {
            // Create and not apply: of two that are made at once, the first one's token holds. The former one is applied, so that it can be taken away again.
            secret = await client.CreateAsync(AdminSecret.Of(owner, wanted with { Previous = null }), cancellationToken);
            if (!owner.Owns(secret))
                return null;
            return wanted.Previous is null ? secret : await WriteAsync(owner, wanted, secret.ResourceVersion(), cancellationToken) ?? secret;
        }

        if (stored?.Token is not null)
            return await WriteAsync(owner, wanted, secret.ResourceVersion(), cancellationToken) ?? secret;

        // Somebody emptied it.
        return await client.ApplyAsync(AdminSecret.Of(owner, wanted), cancellationToken);
    }

    /// <summary>Over what was read, and nothing else. That the token can't be replaced for now is in the way of nothing.</summary>
    private async Task<V1Secret?> WriteAsync(PipelineOwner owner, AdminTokenState state, string resourceVersion, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ApplyAsync(AdminSecret.Of(owner, state, resourceVersion), cancellationToken);
        }
        catch (Exception e) when (e is HttpOperationException or ConflictException || ApiServerAway.Says(e, cancellationToken))
        {
            Log.NotRotated(logger, owner.ToString(), e.Message);
            return null;
        }
    }

    private string? LastUsed(PipelineOwner owner) =>
        _known.TryGetValue(owner, out var known) && time.GetElapsedTime(known.At) <= Fresh ? known.Token.Current : null;

    private AdminToken Keep(PipelineOwner owner, V1Secret secret)
    {
        var stored = AdminSecret.Read(secret);
        var token = new AdminToken(stored.Token!, stored.Previous ?? FormerByHand(owner, stored.Token!));
        _known[owner] = new(token, stored, secret.ResourceVersion(), time.GetTimestamp());
        return token;
    }

    /// <summary>Where somebody changed the token by hand, pods have the former one for a while, and no Secret says so.</summary>
    private string? FormerByHand(PipelineOwner owner, string current)
    {
        if (!_known.TryGetValue(owner, out var known))
            return null;
        if (known.Token.Current != current)
            return known.Token.Current;
        return known.Stored.Previous is null ? known.Token.Previous : null;
    }

    private sealed record Known(AdminToken Token, AdminTokenState Stored, string ResourceVersion, long At);
}
