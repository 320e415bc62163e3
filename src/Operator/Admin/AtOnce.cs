namespace Rerank.Operator.Admin;

/// <summary>The same call to many processes at once, but not to too many.</summary>
internal static class AtOnce
{
    private const int Most = 32;

    /// <summary>Begins in the order of the items.</summary>
    /// <returns>The results, in the same order.</returns>
    public static async Task<IReadOnlyList<TResult>> CallAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task<TResult>> call, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(Most);
        return await Task.WhenAll(items.Select(async item =>
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                return await call(item, cancellationToken);
            }
            finally
            {
                places.Release();
            }
        }));
    }
}
