using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Tests.World;

/// <summary>The operator's client: its writes count towards the crash point, after they have been done.</summary>
internal sealed class CrashingClient(IResourceClient inner, CrashPoint crash) : GuardedClient(inner)
{
    protected override async Task<T> WriteAsync<T>(Type kind, Func<Task<T>> write)
    {
        crash.BeforeWriting(kind);
        var result = await write();
        crash.Wrote();
        return result;
    }
}
