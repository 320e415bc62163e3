namespace Rerank.Operator.Local;

/// <summary>What <c>kubectl apply</c> and <c>kubectl delete</c> are to a cluster.</summary>
internal interface IManifestApplier
{
    /// <returns>What is wrong with the object; empty when it was applied.</returns>
    Task<IReadOnlyList<string>> ApplyAsync(Manifest manifest, CancellationToken cancellationToken);

    Task DeleteAsync(Manifest manifest, CancellationToken cancellationToken);
}
