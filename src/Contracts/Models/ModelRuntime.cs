namespace Rerank.Contracts.Models;

/// <summary>How the model runs. It changes scores in the last digits, so it is part of the digest.</summary>
public sealed record ModelRuntime
{
    /// <summary>In order of preference; the first that the host has is used, and none of them is a failure of the model.</summary>
    public IReadOnlyList<ExecutionProvider> ExecutionProviders { get; set; } = [ExecutionProvider.CPU];

    /// <summary>Declared peak of GPU memory in bytes; null when not declared.</summary>
    public long? GpuMemoryBytes { get; init; }
}

public enum ExecutionProvider
{
    CPU,
    CUDA,
}
