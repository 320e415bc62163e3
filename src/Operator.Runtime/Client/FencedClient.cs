using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Lets writes through only as long as nobody else can hold the lease.</summary>
public sealed class FencedClient(IResourceClient inner, LeaseFence fence) : GuardedClient(inner)
{
    protected override async Task<T> WriteAsync<T>(Type kind, Func<Task<T>> write)
    {
        fence.Check();
        return await write();
    }
}
