using System.Reflection;
using System.Text.Json.Nodes;
using k8s.Models;

namespace Rerank.Operator.Runtime.Crds;

/// <summary>What the classes of assemblies declare to do, as the rules of roles.</summary>
public static class RbacWriter
{
    /// <summary>Every declared permission once, sorted.</summary>
    public static IReadOnlyList<RbacRule> Collect(params IEnumerable<Assembly> assemblies) =>
    [
        .. assemblies.SelectMany(assembly => assembly.GetTypes()).SelectMany(Declared)
            .GroupBy(rule => (rule.Group, rule.Resource, rule.OperatorNamespaceOnly))
            .Select(same => same.First() with { Verbs = same.Aggregate(RbacVerb.None, (verbs, rule) => verbs | rule.Verbs) })
            .OrderBy(rule => rule.Group, StringComparer.Ordinal).ThenBy(rule => rule.Resource, StringComparer.Ordinal),
    ];

    /// <summary>As the list that is a role's <c>rules</c>: resources of one group with the same verbs share a rule.</summary>
    public static JsonArray WriteRules(IEnumerable<RbacRule> rules) =>
    [
        .. rules.GroupBy(rule => (rule.Group, rule.Verbs)).Select(rule => new JsonObject
        {
            ["apiGroups"] = new JsonArray(rule.Key.Group),
            ["resources"] = new JsonArray([.. rule.Select(same => (JsonNode)same.Resource)]),
            ["verbs"] = new JsonArray([.. Enum.GetValues<RbacVerb>()
                .Where(verb => verb != RbacVerb.None && rule.Key.Verbs.HasFlag(verb))
                .Select(verb => (JsonNode)verb.ToString().ToLowerInvariant())]),
        }),
    ];

    /// <param name="kind"><c>ClusterRole</c> or <c>Role</c>.</param>
    public static JsonObject WriteRole(string kind, string name, IEnumerable<RbacRule> rules) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["rules"] = WriteRules(rules),
    };

    private static IEnumerable<RbacRule> Declared(Type type)
    {
        foreach (var attribute in type.GetCustomAttributes<EntityRbacAttribute>(inherit: false))
            foreach (var entity in attribute.Entities)
            {
                var names = entity.GetCustomAttribute<KubernetesEntityAttribute>()
                    ?? throw new SchemaException(type.Name, $"must not ask for permissions on {entity.Name}, which is no kind of Kubernetes object");
                yield return Rule(type, names.Group, names.PluralName, attribute.Verbs, operatorNamespaceOnly: false);
            }

        foreach (var attribute in type.GetCustomAttributes<GenericRbacAttribute>(inherit: false))
            foreach (var group in attribute.Groups)
                foreach (var resource in attribute.Resources)
                    yield return Rule(type, group, resource, attribute.Verbs, attribute.OperatorNamespaceOnly);
    }

    private static RbacRule Rule(Type type, string group, string resource, RbacVerb verbs, bool operatorNamespaceOnly)
    {
        if (verbs == RbacVerb.None)
            throw new SchemaException(type.Name, $"must say what it does with {resource}");
        if (group.Contains('*', StringComparison.Ordinal) || resource.Contains('*', StringComparison.Ordinal))
            throw new SchemaException(type.Name, "must not ask for permissions on everything");
        return new(group, resource, verbs, operatorNamespaceOnly);
    }
}
