using Rerank.TestKit;
using Rerank.TestKit.Contract;

namespace Rerank.ControlPlane.Tests;

/// <summary>The tests' own kind, which all test classes share.</summary>
internal static class WidgetDefinition
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static bool _installed;

    public static async Task InstallOnce(ClusterFixture cluster, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            if (!_installed)
                await cluster.InstallCrdAsync(Widget.Definition(), cancellationToken);
            _installed = true;
        }
        finally
        {
            Gate.Release();
        }
    }
}
