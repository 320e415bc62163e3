using k8s;

namespace Rerank.TestKit;

/// <summary>A namespace of one test. Disposal asks for its deletion and doesn't wait for it.</summary>
public sealed class TestNamespace(IKubernetes kubernetes, string name) : IAsyncDisposable
{
    public string Name { get; } = name;

    public async ValueTask DisposeAsync() => await kubernetes.CoreV1.DeleteNamespaceAsync(Name);
}
