using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Faults.Tests.World;

/// <summary>The in-memory API server, for schedules by the thousand.</summary>
internal sealed class MemoryServer(TimeProvider time) : IServer
{
    private readonly InMemoryResourceClient _server = new(time, history: 0);

    public IResourceClient As(string fieldManager) => _server.As(fieldManager);

    public IResourceClient AsReader(string fieldManager) => _server.Sharing(fieldManager);

    public IResourceClient OfOperator(FaultGate gate, Journal journal, WatchFaults? watches = null, TimeTravel? past = null) =>
        new FaultClient(_server.Sharing(), gate, journal);
}
