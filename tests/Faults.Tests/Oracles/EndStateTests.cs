using k8s.Models;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Faults.Tests.Oracles;

public class EndStateTests
{
    [Theory]
    [InlineData("faults-x7k2p")]
    [InlineData("faults-24579")]
    public async Task ReadAsync_NamespaceOfAnyName_IsTheSame(string ns)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var client = new InMemoryResourceClient(TimeProvider.System);
        await client.ApplyAsync(
            new V1ConfigMap
            {
                ApiVersion = V1ConfigMap.KubeApiVersion,
                Kind = V1ConfigMap.KubeKind,
                Metadata = new() { Name = "a", NamespaceProperty = ns },
                Data = new Dictionary<string, string> { ["pipeline"] = $"{ns}/search", ["pod"] = "search-router-12" },
            },
            cancellationToken);

        var state = await EndState.ReadAsync(client, ns, cancellationToken);

        var text = Assert.Single(state).Value;
        Assert.Contains("\"NAMESPACE/search\"", text, StringComparison.Ordinal);
        Assert.Contains("\"namespace\":\"NAMESPACE\"", text, StringComparison.Ordinal);
        Assert.Contains("\"search-router-#\"", text, StringComparison.Ordinal);
    }
}
