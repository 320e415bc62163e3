using Rerank.Operator.Runtime.Client;

namespace Rerank.TestKit.Contract;

/// <summary>What a test of the client's contract runs against.</summary>
public interface IContractServer : IAsyncDisposable
{
    /// <summary>A namespace that only this test uses.</summary>
    string Namespace { get; }

    /// <summary>Makes the namespace, and has the server know <see cref="Widget"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    IResourceClient Client(string fieldManager = ResourceClient.DefaultFieldManager, int pageSize = 500);

    /// <summary>Makes version 1 too old to watch from, if it isn't already.</summary>
    void ForgetHistory();
}
