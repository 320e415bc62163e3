using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;

namespace Rerank.Faults.Tests.Fields;

/// <summary>Every member of both kinds, set to everything that it may and may not be: a real API server and the rules in C# must agree.</summary>
public sealed class ValidationTests(ControlPlane server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Fault", "T31")]
    [Trait("Fault", "T32")]
    [Trait("Fault", "T42")]
    public Task EveryFieldOfAPipeline_IsTakenOrRefusedByServerAndRulesAlike() => CheckAsync("rerankpipelines", [Carrier.Pipeline()], covers: 0.99);

    [Fact]
    [Trait("Fault", "T31")]
    [Trait("Fault", "T32")]
    public Task EveryFieldOfAModel_IsTakenOrRefusedByServerAndRulesAlike() =>
        CheckAsync("modelversions", [.. Carrier.Sources().Select(Carrier.Model)], covers: 0.99);

    [Fact]
    [Trait("Fault", "T45")]
    public void EveryFieldOfAModel_Changed_IsRefused()
    {
        var changes = 0;
        foreach (var stored in Carrier.Sources().Select(Carrier.Model))
        {
            var before = Carrier.Json(stored);
            foreach (var (path, schema) in Schema.Fields("modelversions"))
            {
                if (Place.Find(before, path) is not { } place)
                    continue;
                foreach (var (name, value) in Mutations.Of(schema, place.In(before)!))
                {
                    var after = place.With(before, value);
                    if (Admission.Admit<ModelVersion>(after, null, out _) is not { } valid || JsonNode.DeepEquals(Normal(valid), Normal(stored)))
                        continue;
                    changes++;
                    Assert.True(Admission.Admit(after, stored, out var errors) is null, $"{place} {name} is let through");
                    Assert.All(errors, e => Assert.Contains("must not change: create another ModelVersion", e.ToString()));
                }
            }
        }

        Assert.True(changes > 40);

        static JsonNode Normal(ModelVersion version)
        {
            var json = Carrier.Json(version.Spec);
            json["artifact"]!["files"] = new JsonArray([.. json["artifact"]!["files"]!.AsArray().OrderBy(f => (string)f!["path"]!, StringComparer.Ordinal).Select(f => f!.DeepClone())]);
            return json;
        }
    }

    private async Task CheckAsync<T>(string plural, IReadOnlyList<T> carriers, double covers)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var ns = await server.Fixture.CreateNamespaceAsync("fields", Stop);
        var fields = Schema.Fields(plural).ToList();
        var missing = fields.Where(f => carriers.All(c => Place.Find(Carrier.Json(c), f.Path) is null)).Select(f => f.Path).ToList();
        Assert.True(missing.Count <= fields.Count * (1 - covers), $"carriers lack {string.Join(", ", missing)}");
        var cases = from carrier in carriers
                    let json = Carrier.Json(carrier)
                    from field in fields
                    let place = Place.Find(json, field.Path)
                    where place is not null
                    from mutation in Mutations.Of(field.Schema, place!.In(json)!)
                    select (Name: $"{place} {mutation.Name}", Sent: place!.With(json, mutation.Value));
        var all = cases.ToList();
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (c, _) => await AgreeAsync<T>(plural, ns, c.Name, c.Sent));
        Assert.True(all.Count > fields.Count * 3);
    }

    private async Task AgreeAsync<T>(string plural, string ns, string what, JsonObject sent)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        sent["metadata"]!["namespace"] = ns;
        var admitted = Admission.Admit<T>(sent.DeepClone().AsObject(), null, out var errors) is not null;
        var refusal = await RefusalAsync(plural, ns, sent);
        if (admitted)
            // Servers before 1.25 take an empty text in a map for null.
            Assert.True(
                refusal is null || (what.EndsWith(" empty", StringComparison.Ordinal) && refusal.Contains("must be of type string: \\\"null\\\"", StringComparison.Ordinal)),
                $"{what}: the rules let through what the server refuses: {refusal}");
        else if (refusal is null)
            // Servers before 1.25 don't evaluate CEL, and none of this age complains of what it doesn't know: then the operator's rules alone refuse.
            Assert.All(errors, e => Assert.Contains("Invalid value", e.ToString()));
        if (!admitted)
            Assert.All(errors, e => Assert.StartsWith("spec", e.ToString(), StringComparison.Ordinal));
    }

    private async Task<string?> RefusalAsync(string plural, string ns, JsonObject sent)
    {
        try
        {
            await server.Fixture.Kubernetes.CustomObjects.CreateNamespacedCustomObjectAsync<object>(
                sent, ApiGroup.Name, ApiGroup.Version, ns, plural, dryRun: "All", cancellationToken: Stop);
            return null;
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            return exception.Response.Content;
        }
    }
}
