using System.Net;
using Rerank.Faults.Tests.Faults;
using Rerank.Faults.Tests.Oracles;
using Rerank.Faults.Tests.World;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Status;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.ApiServer;

/// <summary>The operator's role lacks one thing after the other.</summary>
public sealed class RoleTests(ControlPlane server)
{
    /// <param name="stride">Everything that is asked for; every so many of them on a real server.</param>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 5)]
    [Trait("Fault", "T52")]
    public async Task EveryRequestOfADeployment_ForbiddenInTurn_IsNamedAndHealsByItself(bool isReal, int stride)
    {
        var create = new Scenario(_ => Task.CompletedTask, world => Deploy.ApplyAsync(world));
        using var calm = await FaultWorld.OnAsync(server, isReal);
        var asked = new HashSet<(Verb, string)>();
        calm.Plan.On(
            call =>
            {
                if (call.IsToApiServer)
                    asked.Add((call.Verb, call.Kind));
                return false;
            },
            new Fault.LostAnswer());
        var expected = await Outcome.OfAsync(create, calm);
        Assert.True(asked.Count > 15);

        var tried = asked.Order().Where((_, i) => i % stride == 0);
        await Parallel.ForEachAsync(tried, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (pair, _) =>
        {
            var (verb, kind) = pair;
            using var world = await FaultWorld.OnAsync(server, isReal);
            await create.Change(world);
            world.Plan.On(call => call.Verb == verb && call.Kind == kind, new Fault.Refusal(HttpStatusCode.Forbidden));
            for (var turn = 0; turn < 6; turn++)
                await world.TurnAsync();
            await AssertSaidAsync(world, verb, kind);

            world.Plan.Clear();
            await world.SettleAsync();
            EndState.AssertSame(expected.State, await world.EndStateAsync(), $"once {verb} of {kind} is allowed");
        });
    }

    // Where a condition can be written at all: without lists nothing is known, and readiness tells; events are for information.
    private static async Task AssertSaidAsync(FaultWorld world, Verb verb, string kind)
    {
        var ready = (await world.PipelineAsync()).Status?.Conditions.SingleOrDefault(c => c.Type == "Ready");
        var what = $"{verb} of {kind}: {ready?.Reason} {ready?.Message} ({string.Join("; ", world.Outcomes.Select(o => o.Message))})";
        if (kind == "events" || (kind == "modelversions" && verb is not Verb.List))
            return;
        if (verb == Verb.List || (kind, verb) == ("rerankpipelines", Verb.ApplyStatus))
        {
            if (kind != "controllerrevisions")
                Assert.True(world.Outcomes.Any(o => o.Kind == OutcomeKind.Threw && o.Message!.Contains("orbidden", StringComparison.Ordinal)), what);
            return;
        }

        Assert.True(ready is { Status: ConditionStatus.False, Reason: Reasons.Forbidden } && ready.Message.Contains($"cannot {Refusals.Word(verb)} resource \"{kind}\"", StringComparison.Ordinal), what);
        Assert.DoesNotContain(world.Outcomes, o => o.Kind == OutcomeKind.Threw && o.Message?.Contains(Samples.Pipeline, StringComparison.Ordinal) == true);
    }
}
