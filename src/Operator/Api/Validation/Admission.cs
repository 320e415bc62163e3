using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Runtime.Crds.Validation;

namespace Rerank.Operator.Api.Validation;

/// <summary>What an API server with the CRDs would do to an object that is sent to it, for where there is none: defaults, then every rule.</summary>
internal static class Admission
{
    private static readonly Dictionary<Type, JsonObject> Schemas =
        new[] { typeof(ModelVersion), typeof(RerankPipeline) }.ToDictionary(entity => entity, entity => CrdWriter.WriteSchema(entity, docs: null));

    /// <param name="sent">The object as it was written.</param>
    /// <param name="stored">The object of that name that is there already; null when it is new.</param>
    /// <param name="errors">Empty exactly when the result isn't null.</param>
    /// <returns>The object to store, or null when it is refused.</returns>
    public static T? Admit<T>(JsonObject sent, T? stored, out IReadOnlyList<FieldError> errors)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var schema = Schemas[typeof(T)];
        var complete = SchemaDefaults.Apply(schema, sent)!;
        errors = SchemaValidator.Validate(schema, complete);
        if (errors.Count > 0)
            return null;

        var entity = KubernetesJson.Deserialize<T>(complete.ToJsonString());
        errors = [.. Check(entity), .. stored is null ? [] : CheckUpdate(stored, entity)];
        return errors.Count == 0 ? entity : null;
    }

    /// <summary>A copy with the schema's defaults where members are absent.</summary>
    public static JsonObject WithDefaults<T>(JsonObject sent) => SchemaDefaults.Apply(Schemas[typeof(T)], sent)!.AsObject();

    private static IReadOnlyList<FieldError> Check<T>(T entity) => entity switch
    {
        ModelVersion version => ModelVersionRules.Check(version),
        RerankPipeline pipeline => PipelineRules.Check(pipeline),
        _ => [],
    };

    private static IReadOnlyList<FieldError> CheckUpdate<T>(T stored, T entity) => (stored, entity) switch
    {
        (ModelVersion before, ModelVersion after) => ModelVersionRules.CheckUpdate(before, after),
        _ => [],
    };
}
