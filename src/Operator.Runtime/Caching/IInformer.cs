namespace Rerank.Operator.Runtime.Caching;

/// <summary>What the host knows of an informer, whatever its kind.</summary>
internal interface IInformer
{
    string Name { get; }

    bool HasSynced { get; }

    /// <summary>Whether the API refuses this process (401, 403).</summary>
    bool IsRefused { get; }

    /// <summary>Why the last try failed; null when the API answers.</summary>
    string? Trouble { get; }

    /// <summary>Whether nothing can be done without it.</summary>
    bool IsRequired { get; }

    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>Follows the API until cancelled.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
