using System.Text.Json.Serialization;

namespace Rerank.Contracts.Models;

/// <summary>How the model runs. It changes scores in the last digits, so it is part of the digest.</summary>
public sealed record ModelRuntime
{
    /// <summary>In order of preference; the first that the host has is used, and none of them is a failure of the model.</summary>
    public IReadOnlyList<ExecutionProvider> ExecutionProviders { get; set; } = [ExecutionProvider.CPU];

    /// <summary>Declared peak of GPU memory in bytes; null when not declared.</summary>
    public long? GpuMemoryBytes { get; init; }

    /// <remarks>Left out of JSON when it is the default, so that hosts from before it understand what they are sent.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public LastLayer LastLayer { get; set; } = LastLayer.Auto;
}

/// <summary>For which tokens a model's last layer is computed, of which the score reads the first alone.</summary>
public enum LastLayer
{
    /// <summary>As <see cref="FirstToken"/> where scores stay the same, otherwise as <see cref="AllTokens"/>.</summary>
    Auto,

    /// <summary>For the first, as soon as the others don't matter. Models quantized dynamically then round it to a scale of its own.</summary>
    FirstToken,

    /// <summary>For all, as the model's file has it.</summary>
    AllTokens,
}

public enum ExecutionProvider
{
    CPU,
    CUDA,
}
