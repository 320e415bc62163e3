using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Runtime.Control;

/// <summary>Takes one object through its finalizers and its controller, in a scope of its own.</summary>
internal sealed class Reconciler<TEntity>(
    IServiceScopeFactory scopes,
    IResourceClient client,
    IEnumerable<FinalizerRegistration<TEntity>> finalizers,
    IEnumerable<FormerFinalizer<TEntity>> former,
    TimeProvider time)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly FinalizerRegistration<TEntity>[] _finalizers = [.. finalizers];
    private readonly string[] _former = [.. former.Select(finalizer => finalizer.Identifier)];

    /// <param name="current">Null when the object is gone.</param>
    /// <param name="tombstone">What the object last was, if that is known and it is gone.</param>
    public async Task<ReconcileOutcome> RunAsync(TEntity? current, TEntity? tombstone, TimeSpan limit, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var result = await StepsAsync(scope.ServiceProvider, current, tombstone, either.Token);
            return OutcomeOf(result);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new ReconcileOutcome(OutcomeKind.Cancelled);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            return new ReconcileOutcome(OutcomeKind.TimedOut, Message: $"not done within {limit}", Error: e);
        }
        catch (ConflictException e)
        {
            return new ReconcileOutcome(OutcomeKind.Conflict, Message: e.Message, Error: e);
        }
        catch (Exception e) when (Throttling.RetryAfter(e) is { } wait)
        {
            return new ReconcileOutcome(OutcomeKind.Failure, wait, e.Message, e);
        }
        catch (Exception e)
        {
            return new ReconcileOutcome(OutcomeKind.Threw, Message: e.Message, Error: e);
        }
    }

    /// <returns>Null when there is nothing to do.</returns>
    private async Task<ReconciliationResult<TEntity>?> StepsAsync(
        IServiceProvider services, TEntity? current, TEntity? tombstone, CancellationToken cancellationToken)
    {
        if (current is null)
        {
            return tombstone is null
                ? null
                : await services.GetRequiredService<IEntityController<TEntity>>().DeletedAsync(Copy(tombstone), cancellationToken);
        }

        var entity = await RemoveFormerFinalizersAsync(Copy(current), cancellationToken);
        if (entity.Metadata.DeletionTimestamp is not null)
            return await FinalizeAsync(services, entity, cancellationToken);

        entity = await AttachFinalizersAsync(entity, cancellationToken);
        return await services.GetRequiredService<IEntityController<TEntity>>().ReconcileAsync(entity, cancellationToken);
    }

    private async Task<TEntity> RemoveFormerFinalizersAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var present = entity.Metadata.Finalizers ?? [];
        var remaining = present.Except(_former).ToArray();
        return remaining.Length == present.Count ? entity : await client.SetFinalizersAsync(entity, remaining, cancellationToken);
    }

    private async Task<TEntity> AttachFinalizersAsync(TEntity entity, CancellationToken cancellationToken)
    {
        var present = entity.Metadata.Finalizers ?? [];
        var missing = _finalizers.Select(f => f.Identifier).Except(present).ToArray();
        return missing.Length == 0
            ? entity
            : await client.SetFinalizersAsync(entity, [.. present, .. missing], cancellationToken);
    }

    private async Task<ReconciliationResult<TEntity>?> FinalizeAsync(IServiceProvider services, TEntity entity, CancellationToken cancellationToken)
    {
        foreach (var finalizer in _finalizers)
        {
            if (entity.Metadata.Finalizers?.Contains(finalizer.Identifier) != true)
                continue;

            var result = await finalizer.Resolve(services).FinalizeAsync(Copy(entity), cancellationToken);
            if (!result.IsSuccess)
                return result;

            // The cleanup is done; a stop or timeout now must not have it done twice.
            var remaining = entity.Metadata.Finalizers.Where(f => f != finalizer.Identifier).ToArray();
            entity = await client.SetFinalizersAsync(entity, remaining, CancellationToken.None);
        }

        return null;
    }

    private static ReconcileOutcome OutcomeOf(ReconciliationResult<TEntity>? result) => result switch
    {
        null => new ReconcileOutcome(OutcomeKind.Success),
        { IsSuccess: true } => new ReconcileOutcome(OutcomeKind.Success, result.RequeueAfter),
        { Error: ConflictException } => new ReconcileOutcome(OutcomeKind.Conflict, Message: result.ErrorMessage, Error: result.Error),
        _ => new ReconcileOutcome(OutcomeKind.Failure, result.RequeueAfter, result.ErrorMessage, result.Error),
    };

    // The cached object is shared; a controller may write to its own.
    private static TEntity Copy(TEntity entity) => KubernetesJson.Deserialize<TEntity>(KubernetesJson.Serialize(entity));
}
