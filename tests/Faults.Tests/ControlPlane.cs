using Rerank.Faults.Tests;
using Rerank.TestKit;

[assembly: AssemblyFixture(typeof(ControlPlane))]

namespace Rerank.Faults.Tests;

/// <summary>The API server of these tests, with the operator's kinds.</summary>
public sealed class ControlPlane : IAsyncLifetime
{
    public ControlPlaneFixture Fixture { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Fixture.InitializeAsync();
        if (Fixture.IsThere)
            await Fixture.InstallCrdsAsync(Repository.File("config", "crds"), CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();
}
