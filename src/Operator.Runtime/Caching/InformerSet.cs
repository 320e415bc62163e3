namespace Rerank.Operator.Runtime.Caching;

/// <summary>All informers of the process.</summary>
internal sealed class InformerSet(IEnumerable<IInformer> informers)
{
    public IReadOnlyList<IInformer> All { get; } = [.. informers];

    /// <summary>Whether all has been listed that nothing can be done without.</summary>
    public bool HasRequired => All.All(i => i.HasSynced || !i.IsRequired);

    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(All.Select(i => i.WaitForSyncAsync(cancellationToken)));

    /// <summary>The kinds that have not synced or are refused, and why; null when all is well.</summary>
    public string? Missing()
    {
        var missing = All.Where(i => !i.HasSynced || i.IsRefused).Select(i => i.Trouble is null ? i.Name : $"{i.Name} ({i.Trouble})").ToArray();
        return missing.Length == 0 ? null : string.Join(", ", missing);
    }
}
