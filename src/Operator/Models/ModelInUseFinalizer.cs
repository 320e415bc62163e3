using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Control;

namespace Rerank.Operator.Models;

/// <summary>Keeps a ModelVersion until nothing uses it: neither a pipeline's spec, nor a revision that hosts hold.</summary>
internal sealed class ModelInUseFinalizer(ModelUses uses, ModelReporter reporter) : IEntityFinalizer<ModelVersion>
{
    public const string Identifier = "rerank.dev/in-use";

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    public async Task<ReconciliationResult<ModelVersion>> FinalizeAsync(ModelVersion entity, CancellationToken cancellationToken)
    {
        var users = await uses.ReadAsync(entity, cancellationToken);
        if (users.Count == 0)
            return ReconciliationResult<ModelVersion>.Success(entity);

        await reporter.ReportAsync(entity, users, cancellationToken);
        return ReconciliationResult<ModelVersion>.Failure(entity, $"in use by {string.Join(", ", users)}", requeueAfter: Again);
    }
}
