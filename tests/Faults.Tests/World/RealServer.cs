using k8s;
using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;

namespace Rerank.Faults.Tests.World;

/// <summary>A kube-apiserver.</summary>
internal sealed class RealServer(ControlPlaneFixture fixture, TimeProvider time) : IServer, IDisposable
{
    private readonly List<IDisposable> _clients = [];

    public IResourceClient As(string fieldManager) => Client(fieldManager, new OlderApis());

    public IResourceClient AsReader(string fieldManager) => As(fieldManager);

    public IResourceClient OfOperator(FaultGate gate, Journal journal, WatchFaults? watches = null, TimeTravel? past = null) =>
        Client(ResourceClient.DefaultFieldManager, new FaultHandler(gate, watches, past), new OlderApis());

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    private ResourceClient Client(string fieldManager, params DelegatingHandler[] handlers)
    {
        var kubernetes = new Kubernetes(fixture.Configuration, handlers);
        _clients.Add(kubernetes);
        return new(kubernetes, time, fieldManager);
    }
}
