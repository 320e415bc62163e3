namespace Rerank.Contracts.Models;

/// <summary>What a host holds. It has acknowledged a model set when <see cref="Generation"/> is that set's.</summary>
public sealed record HostStatus
{
    /// <summary>New at every start of the process; counters start from zero with it.</summary>
    public required string ProcessId { get; init; }

    /// <summary>Generation of the model set in force; 0 when there is none.</summary>
    public required long Generation { get; init; }

    /// <summary>Whether every required model is ready.</summary>
    public required bool Ready { get; init; }

    public required IReadOnlyList<ModelStatus> Models { get; init; }
}

public sealed record ModelStatus
{
    public required string Name { get; init; }

    public required string Digest { get; init; }

    public required ModelState State { get; init; }

    /// <summary>CamelCase; set when <see cref="State"/> is Failed or WaitingForCredentials. One of <see cref="ModelFailure"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>For people: what is wrong, or of a model that is Ready why it runs on another provider than it prefers.</summary>
    public string? Message { get; init; }

    /// <summary>Bytes of all files, once they are on disk.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The provider that runs it, once loaded.</summary>
    public ExecutionProvider? ExecutionProvider { get; init; }
}

public enum ModelState
{
    Pending,
    WaitingForCredentials,
    Downloading,
    Verifying,
    Loading,
    WarmingUp,
    Ready,
    Failed,
}
