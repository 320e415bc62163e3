using k8s;
using k8s.Models;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Misoperation;

/// <summary>In whatever order people take things away: everything goes, and nothing waits for an operator that isn't there any more.</summary>
public sealed class UninstallTests(ControlPlane server)
{
    private const string Operator = "operator";
    private const string Pipeline = "pipeline";
    private const string Models = "models";

    private static readonly string[] Parts = [Operator, Pipeline, Models];

    public static TheoryData<string, bool> Orders =>
    [
        .. from first in Parts
           from second in Parts
           where second != first
           from isAtStep in new[] { false, true }
           select new TheoryDataRow<string, bool>(string.Join(' ', [first, second, Parts.Single(p => p != first && p != second)]), isAtStep),
    ];

    [Theory]
    [Trait("Fault", "T87")]
    [MemberData(nameof(Orders))]
    public async Task TakenAwayInAnyOrder_NothingIsLeft(string order, bool isAtStep)
    {
        using var world = await FaultWorld.OnServerAsync(server);
        await Deploy.DoneAsync(world, isAtStep ? Deploy.StaysAtHalf : null);
        if (isAtStep)
        {
            await world.ApplyAsync(Samples.TwoTiers(full: "better", change: Deploy.StaysAtHalf));
            await world.UntilStepAsync("half");
        }

        await AssertNothingHoldsAsync(world);
        var runs = true;
        foreach (var part in order.Split(' '))
        {
            await TakeAsync(world, part);
            runs &= part != Operator;
            for (var turn = 0; turn < 3; turn++)
                await (runs ? world.TurnAsync() : world.LiveAsync());
        }

        Assert.Empty(await world.EndStateAsync());
        Assert.Empty(await world.ListAsync<V1Secret>());
        Assert.Empty(await world.ListAsync<V1Pod>());
    }

    private static async Task TakeAsync(FaultWorld world, string part)
    {
        switch (part)
        {
            case Pipeline:
                await world.DeleteAsync<RerankPipeline>(Samples.Pipeline);
                break;
            case Models:
                foreach (var model in await world.ListAsync<ModelVersion>())
                    await world.DeleteAsync<ModelVersion>(model.Name());
                break;
        }
    }

    // A finalizer would: of the namespace, of the definitions, of anything, once its controller is gone. And what isn't the pipeline's would stay.
    private static async Task AssertNothingHoldsAsync(FaultWorld world)
    {
        var pipeline = await world.PipelineAsync();
        AssertFree([pipeline]);
        AssertFree(await world.ListAsync<ModelVersion>());
        await OwnedAsync<V1Deployment>();
        await OwnedAsync<V1Service>();
        await OwnedAsync<V1ConfigMap>();
        await OwnedAsync<V1Secret>();
        await OwnedAsync<V1NetworkPolicy>();
        await OwnedAsync<V1PodDisruptionBudget>();
        await OwnedAsync<V1ControllerRevision>();

        async Task OwnedAsync<T>()
            where T : class, IKubernetesObject<V1ObjectMeta>
        {
            var children = (await world.ListAsync<T>()).Where(c => c.GetLabel(Labels.Pipeline) is not null).ToList();
            AssertFree(children);
            Assert.NotEmpty(children);
            Assert.All(children, child => Assert.Equal(pipeline.Uid(), Assert.Single(child.OwnerReferences()).Uid));
        }

        static void AssertFree<T>(IEnumerable<T> objects)
            where T : IKubernetesObject<V1ObjectMeta> => Assert.All(objects, o => Assert.Empty(o.Metadata.Finalizers ?? []));
    }
}
