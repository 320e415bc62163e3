using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Models;

/// <summary>One use of a model. It isn't unloaded before the lease is disposed, exactly once.</summary>
internal readonly struct ModelLease(string name, string digest, LoadedModel model) : IDisposable
{
    public string Name => name;

    public string Digest => digest;

    public ICrossEncoder Encoder => model.Encoder;

    public void Dispose() => model.Leave();
}
