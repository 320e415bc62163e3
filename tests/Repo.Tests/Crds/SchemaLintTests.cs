using System.Text.RegularExpressions;

namespace Rerank.Repo.Tests.Crds;

/// <summary>Kubernetes' API conventions, checked on the generated schema itself.</summary>
public partial class SchemaLintTests
{
    [Fact]
    public void Schema_EveryNode_HasATypeThatIsNotFloat() => Assert.All(
        SchemaWalk.Nodes(),
        node => Assert.True(
            (string?)node.Schema["type"] is "object" or "array" or "string" or "integer" || node.Schema["x-kubernetes-int-or-string"] is not null,
            node.Path));

    [Fact]
    public void Schema_EveryMember_HasADescription() => Assert.All(
        SchemaWalk.Nodes().Where(node => !node.Path.EndsWith("[]", StringComparison.Ordinal) && !node.Path.EndsWith("{}", StringComparison.Ordinal)),
        node => Assert.False(string.IsNullOrEmpty((string?)node.Schema["description"]), node.Path));

    [Fact]
    public void Schema_EveryList_IsBoundedAndSaysItsKind() => Assert.All(
        SchemaWalk.Nodes().Where(node => (string?)node.Schema["type"] == "array"),
        node => Assert.True(node.Schema["maxItems"] is not null && node.Schema["x-kubernetes-list-type"] is not null, node.Path));

    [Fact]
    public void Schema_EveryMap_IsBounded() => Assert.All(
        SchemaWalk.Nodes().Where(node => node.Schema["additionalProperties"] is not null),
        node => Assert.True(node.Schema["maxProperties"] is not null, node.Path));

    [Fact]
    public void Schema_EveryString_IsBounded() => Assert.All(
        SchemaWalk.Nodes().Where(node => (string?)node.Schema["type"] == "string"),
        node => Assert.True(node.Schema["maxLength"] is not null || node.Schema["enum"] is not null || node.Schema["format"] is not null, node.Path));

    [Fact]
    public void Schema_EveryIntegerOfASpec_IsBounded() => Assert.All(
        SchemaWalk.Nodes().Where(node => (string?)node.Schema["type"] == "integer" && node.Path.Contains(".spec", StringComparison.Ordinal)),
        node => Assert.True(node.Schema["minimum"] is not null && node.Schema["maximum"] is not null && node.Schema["format"] is not null, node.Path));

    [Fact]
    public void Schema_Names_FollowTheConventions() => Assert.All(
        SchemaWalk.Nodes().Select(node => node.Path.Split('.')[^1].TrimEnd('[', ']', '{', '}')),
        name => Assert.False(BadName().IsMatch(name), name));

    [Fact]
    public void Schema_EnumValues_AreCamelCase() => Assert.All(
        SchemaWalk.Nodes().Where(node => node.Schema["enum"] is not null).SelectMany(node => node.Schema["enum"]!.AsArray()),
        value => Assert.Matches("^[A-Z][A-Za-z0-9]*$", (string?)value));

    [Fact]
    public void Crd_Columns_AreFewAndHaveTheUsualOnes() => Assert.All(SchemaWalk.Crds, crd =>
    {
        var columns = crd["spec"]!["versions"]![0]!["additionalPrinterColumns"]!.AsArray();
        var shown = columns.Where(column => column!["priority"] is null).Select(column => (string?)column!["name"]).ToList();
        Assert.InRange(shown.Count, 3, 7);
        Assert.Empty(new[] { "Ready", "Reason", "Age" }.Except(shown));
    });

    [Fact]
    public void Crd_EveryKind_HasTheStatusSubresource() =>
        Assert.All(SchemaWalk.Crds, crd => Assert.NotNull(crd["spec"]!["versions"]![0]!["subresources"]!["status"]));

    [Fact]
    public void Status_EveryConditionList_IsMetav1Condition() => Assert.All(
        SchemaWalk.Nodes().Where(node => node.Path.EndsWith(".conditions", StringComparison.Ordinal)),
        node =>
        {
            Assert.Equal("map", (string?)node.Schema["x-kubernetes-list-type"]);
            Assert.Equal(
                ["lastTransitionTime", "message", "reason", "status", "type"],
                node.Schema["items"]!["required"]!.AsArray().Select(name => (string?)name));
        });

    [GeneratedRegex("^phase$|^is[A-Z]|(Interval|Duration|Timestamp)$|^[A-Z].*[^a-zA-Z0-9]|_|-")]
    private static partial Regex BadName();
}
