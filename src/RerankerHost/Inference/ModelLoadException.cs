namespace Rerank.RerankerHost.Inference;

/// <summary>A model that can't be served.</summary>
/// <param name="reason">One of <see cref="Contracts.Models.ModelFailure"/>.</param>
internal sealed class ModelLoadException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
