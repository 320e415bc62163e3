using System.Text.Json.Nodes;
using k8s.Models;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Revisions;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Fields;

/// <summary>
/// Every member of a pipeline, changed in every way that is valid: it has an effect that can be seen, or is one of those that are only about something
/// that isn't going on (oracle C). Changed back, everything is as it was (oracle D).
/// </summary>
public sealed class EffectTests
{
    // What is seen of a member only while something else goes on.
    private static readonly Dictionary<string, string> Invisible = new()
    {
        ["spec.rollout"] = "is about rollouts; none is under way once a change has been made",
        ["spec.router.assignment"] = "is told to routers with a candidate",
        ["spec.router.candidateHeader"] = "is told to routers with a candidate",
        ["spec.engine"] = "is about other images than those that the operator has",
        ["spec.revisionHistoryLimit"] = "is about revisions that are gone",
        ["spec.tiers[2].model.replicas.max"] = "is the autoscaler's",
    };

    public static TheoryData<string> Parts => ["spec.router", "spec.tiers", "spec.rollout", "spec.engine", "spec.revisionHistoryLimit"];

    [Theory]
    [MemberData(nameof(Parts))]
    [Trait("Fault", "T31")]
    [Trait("Fault", "T32")]
    [Trait("Fault", "T33")]
    [Trait("Fault", "T34")]
    [Trait("Fault", "T37")]
    [Trait("Fault", "T38")]
    public async Task EveryField_Changed_IsSeen_AndChangedBackItIsAsBefore(string part)
    {
        var original = Carrier.Json(Carrier.Pipeline());
        using var world = await DeployAsync(original);
        var before = EndState.WithoutHistory(await world.EndStateAsync());
        var seen = 0;
        foreach (var (path, schema) in Schema.Fields("rerankpipelines").Where(f => f.Path.StartsWith(part, StringComparison.Ordinal)))
        {
            if (Place.Find(original, path) is not { } place)
                continue;
            foreach (var (name, value) in Mutations.Of(schema, place.In(original)!))
            {
                var changed = place.With(original, value);
                if (Admission.Admit<RerankPipeline>(changed, null, out _) is not { } pipeline || IsSame(pipeline))
                    continue;
                await ChangeAsync(world, pipeline);
                var after = EndState.WithoutHistory(await world.EndStateAsync());
                var isSeen = !before.OrderBy(b => b.Key).SequenceEqual(after.OrderBy(a => a.Key)) || !await IsReadyAsync(world);
                Assert.True(isSeen || Invisible.Keys.Any(i => place.ToString().StartsWith(i, StringComparison.Ordinal)), $"nothing is seen of {place} {name}");
                await ChangeAsync(world, Admission.Admit<RerankPipeline>(original, null, out _)!);
                EndState.AssertSame(before, EndState.WithoutHistory(await world.EndStateAsync()), $"{place} {name} and back");
                seen++;
            }
        }

        Assert.True(seen > 0);

        bool IsSame(RerankPipeline pipeline) =>
            JsonNode.DeepEquals(Carrier.Json(pipeline.Spec), Carrier.Json(Admission.Admit<RerankPipeline>(original, null, out _)!.Spec));
    }

    private static async Task<FaultWorld> DeployAsync(JsonObject original)
    {
        var world = FaultWorld.InMemory();
        foreach (var model in new[] { "tiny", "base", "better" })
            await world.ApplyAsync(Samples.Model(model));
        await ChangeAsync(world, Admission.Admit<RerankPipeline>(original, null, out _)!);
        return world;
    }

    /// <summary>Until it has taken over, or is not going to.</summary>
    private static async Task ChangeAsync(FaultWorld world, RerankPipeline pipeline)
    {
        await world.ApplyAsync(pipeline);
        await world.TurnAsync();
        await world.UntilAsync(async () =>
            world.Outcomes.All(o => o.Kind == Operator.Runtime.Control.OutcomeKind.Success)
            && (await world.RevisionsAsync()).All(r => r.Role is not RevisionRole.Candidate)
            && ((await IsReadyAsync(world)) || (await world.PipelineAsync()).Status!.Conditions.Any(c => c is { Type: "Ready", Reason: "ModelNotFound" or "InvalidSpec" })));
        await ForgetAsync(world);
        await ScaleDownAsync(world);
    }

    /// <summary>Until what was replaced is retired: it is kept for as long as a request may take.</summary>
    private static async Task ForgetAsync(FaultWorld world)
    {
        await world.UntilAsync(async () =>
        {
            world.Time.Advance(TimeSpan.FromMinutes(1));
            return (await world.RevisionsAsync()).All(r => r.Role is RevisionRole.Stable or RevisionRole.Retired);
        });
        await world.SettleAsync();
    }

    /// <summary>What an autoscaler does without load: the operator takes over what it chose.</summary>
    private static async Task ScaleDownAsync(FaultWorld world)
    {
        var deployments = (await world.ListAsync<V1Deployment>()).ToDictionary(d => d.Name());
        foreach (var autoscaler in await world.ListAsync<V2HorizontalPodAutoscaler>())
        {
            var deployment = deployments[autoscaler.Spec.ScaleTargetRef.Name];
            if (deployment.Spec.Replicas == autoscaler.Spec.MinReplicas)
                continue;
            await world.As("horizontal-pod-autoscaler").ApplyAsync(
                new V1Deployment
                {
                    Metadata = new() { Name = deployment.Name(), NamespaceProperty = world.Namespace },
                    Spec = new() { Replicas = autoscaler.Spec.MinReplicas },
                },
                TestContext.Current.CancellationToken);
        }

        await world.SettleAsync();
    }

    private static async Task<bool> IsReadyAsync(FaultWorld world)
    {
        var pipeline = await world.PipelineAsync();
        return pipeline.Status?.Conditions.Any(c => c is { Type: "Ready", Status: ConditionStatus.True } && c.ObservedGeneration == pipeline.Metadata.Generation) ?? false;
    }
}
