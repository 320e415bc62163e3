using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Models;

/// <summary>Where a model is on its way to Ready: an immutable snapshot.</summary>
internal sealed record ModelProgress(ModelState State)
{
    public static readonly ModelProgress Pending = new(ModelState.Pending);

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public long? SizeBytes { get; init; }

    /// <summary>Set exactly when <see cref="State"/> is Ready.</summary>
    public LoadedModel? Model { get; init; }

    /// <summary>A model that failed goes on saying why while it is tried again, until there's something better to tell.</summary>
    public bool HasFailed => State is ModelState.Failed or ModelState.WaitingForCredentials;
}
