using Rerank.Faults.Tests.Faults;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Faults.Tests.World;

/// <summary>An API server, as its users and as an operator under faults reach it.</summary>
internal interface IServer
{
    /// <summary>Without faults.</summary>
    IResourceClient As(string fieldManager);

    /// <summary>Without faults, for those who change nothing of what they read.</summary>
    IResourceClient AsReader(string fieldManager);

    /// <summary>The client of one operator process.</summary>
    /// <param name="past">Earlier answers to lists; null for the newest.</param>
    IResourceClient OfOperator(FaultGate gate, Journal journal, WatchFaults? watches = null, TimeTravel? past = null);
}
