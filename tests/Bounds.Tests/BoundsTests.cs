using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Faults.Tests.Fields;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Models;
using Rerank.Operator.Tests.World;

namespace Rerank.Bounds.Tests;

/// <summary>What the API takes, no router and no host refuses: each member of both kinds at each bound of the generated definitions, through the plan and over the wire.</summary>
public sealed class BoundsTests
{
    [Fact]
    public void EveryFieldOfAPipeline_AtItsBounds_IsTakenByRoutersAndHosts()
    {
        var sent = Carrier.Json(Carrier.Pipeline());
        var tried = CheckAll<RerankPipeline>("rerankpipelines", sent, pipeline => OfPipeline(pipeline));

        Assert.True(tried > 150, $"only {tried}");
    }

    [Fact]
    public void EveryFieldOfAModel_AtItsBounds_IsTakenByHosts()
    {
        var tried = Carrier.Sources().Sum(source => CheckAll<ModelVersion>("modelversions", Carrier.Json(Carrier.Model(source)), OfModel));

        Assert.True(tried > 100, $"only {tried}");
    }

    /// <summary>Bounds may only break something together.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AllFieldsOfAPipeline_AtTheirBounds_AreTakenByRoutersAndHosts(bool most)
    {
        var sent = Carrier.Json(Carrier.Pipeline());
        foreach (var (path, schema) in Schema.Fields("rerankpipelines"))
        {
            if (Place.Find(sent, path) is not { } place)
                continue;
            var extremes = Extremes.Of(schema, place.In(sent)!).ToList();
            var changed = extremes.Count == 0 ? sent : place.With(sent, most ? extremes[^1] : extremes[0]);
            sent = Admission.Admit<RerankPipeline>(changed, null, out _) is null ? sent : changed;
        }

        Assert.Empty(OfPipeline(Admission.Admit<RerankPipeline>(sent, null, out _)!));
    }

    [Theory]
    [InlineData("a{0}")]
    [InlineData("a{0}.b")]
    public void TheLongestName_OfTwoContents_IsTakenByHosts(string pattern)
    {
        var name = pattern.Replace("{0}", new string('x', 253 - pattern.Length + 3), StringComparison.Ordinal);
        var pipeline = Samples.TwoTiers(full: name);
        var stable = Planned.Desired(pipeline, name => Samples.Model(name));

        var planned = Planned.Of(stable, pipeline, [], name => Samples.Model(name, spec => spec.Contract.MaxInputTokens = 64));

        Assert.Equal(253, name.Length);
        Assert.Empty(planned.Refusals());
        Assert.Contains(planned.Sets, set => set.Models.Count == 2);
    }

    [Fact]
    public void AsManyRevisionsAsMayBeRetained_AreTakenByRoutersAndHosts()
    {
        // And one that was rejected and isn't left by all routers yet, with pods and models of their own for each.
        var retained = Enumerable.Range(1, RolloutSpec.MaxRetainRevisions + 1).Select(i => Planned.Desired(Tiers($"m{i}-"), name => Model(name))).Select((r, i) => r.WithHomes(_ => $"home{i}")).ToList();
        var together = Enumerable.Range(1, RolloutSpec.MaxRetainRevisions + 1).Select(i => Planned.Desired(Tiers($"m{i}-"), name => Model(name))).ToList();

        Assert.Empty(Planned.Of(Planned.Desired(Tiers("s-"), name => Model(name)), Tiers("c-"), retained, name => Model(name)).Refusals());
        Assert.Empty(Planned.Of(Planned.Desired(Tiers("s-"), name => Model(name)), Tiers("c-"), together, name => Model(name)).Refusals());

        static RerankPipeline Tiers(string prefix) => Samples.Of(new()
        {
            Tiers =
            [
                Samples.Pool("one", $"{prefix}a", escalation: new() { Type = Contracts.Routing.EscalationType.Always }),
                Samples.Pool("two", $"{prefix}b", escalation: new() { Type = Contracts.Routing.EscalationType.Always }),
                Samples.Pool("three", $"{prefix}c"),
            ],
        });

        static ModelVersion Model(string name) => Samples.Model(name);
    }

    private static int CheckAll<T>(string plural, JsonObject carrier, Func<T, IEnumerable<string>> refusals)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var tried = 0;
        var failed = new List<string>();
        foreach (var (path, schema) in Schema.Fields(plural))
        {
            if (Place.Find(carrier, path) is not { } place)
                continue;
            foreach (var value in Extremes.Of(schema, place.In(carrier)!))
            {
                if (Admission.Admit<T>(Together(path, place.With(carrier, value), value), null, out _) is not { } admitted)
                    continue;
                tried++;
                failed.AddRange(refusals(admitted).Select(refusal => $"{place} = {value?.ToJsonString()}: {refusal}"));
            }
        }

        Assert.Empty(failed);
        return tried;
    }

    // A path of a file is there twice: where the file is listed, and where it is used.
    private static JsonObject Together(string path, JsonObject changed, JsonNode? value)
    {
        if (path == "spec.artifact.files[].path")
            changed["spec"]!["contract"]!["modelFile"] = value?.DeepClone();
        return changed;
    }

    private static IEnumerable<string> OfPipeline(RerankPipeline pipeline)
    {
        var stable = Planned.Desired(Carrier.Pipeline(), name => Samples.Model(name));
        // Another model than stable's, so that there is a candidate also where the change itself makes none.
        return Planned.Of(stable, pipeline, [], name => Samples.Model(name, spec => spec.Contract.MaxInputTokens = 256)).Refusals();
    }

    private static IEnumerable<string> OfModel(ModelVersion model)
    {
        if (ModelProblem.Of(model) is not null)
            return [];
        var stable = Planned.Desired(Samples.TwoTiers(), name => Samples.Model(name));
        return Planned.Of(stable, Samples.TwoTiers(full: model.Name()), [], name => name == model.Name() ? model : Samples.Model(name)).Refusals();
    }
}
