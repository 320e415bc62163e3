using System.Text.Json.Nodes;

namespace Rerank.Repo.Tests.Crds;

/// <summary>No rule without an object that it refuses.</summary>
public class RuleCoverageTests
{
    private static readonly IReadOnlyList<string> Messages = [.. Sample.Rejected.Concat(Sample.RejectedUpdates).Select(Sample.ExpectedMessage)];

    public static TheoryData<string, string> Rules =>
    [
        .. SchemaWalk.Nodes()
            .SelectMany(node => (node.Schema["x-kubernetes-validations"] as JsonArray ?? []).Select(rule => ((string?)rule!["fieldPath"] ?? "", (string)rule["message"]!)))
            .Distinct()
            .Select(rule => new TheoryDataRow<string, string>(rule.Item1, rule.Item2)),
    ];

    /// <summary>Paths of enums, without indices.</summary>
    public static TheoryData<string> Enums => Paths(schema => schema["enum"] is not null);

    public static TheoryData<string> Patterns => Paths(schema => schema["pattern"] is not null);

    public static TheoryData<string> Lengths => Paths(schema => schema["maxLength"] is not null);

    public static TheoryData<string> Lists => Paths(schema => schema["maxItems"] is not null || schema["maxProperties"] is not null);

    public static TheoryData<string> Integers => Paths(schema => (string?)schema["type"] == "integer");

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_OfASchema_HasARejectedSample(string fieldPath, string rule) => Assert.Contains(
        Messages,
        message => message.EndsWith(rule, StringComparison.Ordinal) && message.Contains($"{fieldPath}: Invalid value: ", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Enums))]
    public void Enum_OfASpec_HasARejectedSample(string member) => AssertRejected(member, "Unsupported value: ");

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Pattern_OfASpec_HasARejectedSample(string member) => AssertRejected(member, "in body should match");

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Length_OfASpec_HasARejectedSample(string member) => AssertRejected(member, "Too long: ");

    [Theory]
    [MemberData(nameof(Lists))]
    public void Count_OfASpec_HasARejectedSample(string member) => AssertRejected(member, "Too many: ");

    [Theory]
    [MemberData(nameof(Integers))]
    public void Range_OfASpec_HasRejectedSamples(string member)
    {
        AssertRejected(member, "should be greater than or equal to");
        AssertRejected(member, "should be less than or equal to");
    }

    /// <summary>The last name says which member it is; where members share one, they share the type. A map's values end in the key.</summary>
    private static void AssertRejected(string member, string problem) => Assert.Contains(
        Messages,
        message => message.Contains(problem, StringComparison.Ordinal) && message.Split(':', ' ').Any(path => IsPathOf(member, path.Split('.'))));

    private static bool IsPathOf(string member, string[] path) => member.EndsWith("{}", StringComparison.Ordinal)
        ? path.Length > 1 && path[^2] == member[..^2]
        : path[^1].Split('[')[0] == member;

    private static TheoryData<string> Paths(Func<JsonObject, bool> selects) =>
    [
        .. SchemaWalk.Nodes()
            .Where(node => node.Path.Contains(".spec", StringComparison.Ordinal) && selects(node.Schema))
            .Select(node => node.Path.Split('.')[^1].Replace("[]", "", StringComparison.Ordinal))
            .Distinct(),
    ];
}
