using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.TestKit.Contract;

namespace Rerank.Operator.Runtime.Tests.Client;

public sealed class InMemoryReadTests() : ReadContract(new InMemoryServer());

public sealed class InMemoryWatchTests() : WatchContract(new InMemoryServer());

public sealed class InMemoryApplyTests() : ApplyContract(new InMemoryServer());

public sealed class InMemoryWorkloadTests() : WorkloadContract(new InMemoryServer());

public sealed class InMemoryStatusTests() : StatusContract(new InMemoryServer());

public sealed class InMemoryDeletionTests() : DeletionContract(new InMemoryServer());

internal sealed class InMemoryServer : IContractServer
{
    private readonly InMemoryResourceClient _client = new(TimeProvider.System);

    public string Namespace => "test";

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public IResourceClient Client(string fieldManager = ResourceClient.DefaultFieldManager, int pageSize = 500) => _client.As(fieldManager, pageSize);

    public void ForgetHistory() => _client.ForgetHistory();

    public ValueTask DisposeAsync() => default;
}
