using System.Text.RegularExpressions;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Structure;

/// <summary>The folders of the operator are layers: none uses one that stands on it.</summary>
public partial class LayersTests
{
    /// <summary>Each uses only those before it.</summary>
    private static readonly string[] Layers =
    [
        "Api", "Status", "Names", "Namespaces", "Analysis", "Sources", "Telemetry", "Generate", "Events", "Revisions", "Rollouts", "Manifests", "Admin", "Models", "Pipelines", "Run", "Local",
    ];

    private static readonly string Root = Path.Combine("src", "Operator");

    [Fact]
    public void Folders_OfTheOperator_AreAllLayers() => Assert.Equal(
        Layers.Order(StringComparer.Ordinal),
        SourceFiles.Below(Root, "*.cs").Select(LayerOf).OfType<string>().Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Layers_OfTheOperator_UseOnlyThoseBelow()
    {
        var files = SourceFiles.Below(Root, "*.cs").Select(file => (Name: file, Text: File.ReadAllText(Repository.File(file)), Layer: LayerOf(file))).ToList();
        var types = files
            .Where(file => file.Layer is not null)
            .SelectMany(file => Declaration().Matches(file.Text).Select(match => $"{file.Layer}.{match.Groups[1].Value}"))
            .ToHashSet(StringComparer.Ordinal);
        var upwards =
            from file in files
            where file.Layer is not null
            from used in Using().Matches(file.Text).Select(match => match.Groups[1].Value)
                .Concat(Relative().Matches(file.Text).Where(match => types.Contains(match.Value)).Select(match => match.Groups[1].Value))
            where Array.IndexOf(Layers, used) > Array.IndexOf(Layers, file.Layer)
            select $"{file.Name} uses {used}";

        Assert.Empty(upwards);
    }

    private static string? LayerOf(string file) => file.Split('/') is [_, _, var folder, _, ..] ? folder : null;

    [GeneratedRegex(@"^using (?:static |\w+ = )?Rerank\.Operator\.(?!Runtime\b)(\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w+)\.[A-Z]\w+")]
    private static partial Regex Relative();

    [GeneratedRegex(@"^(?:internal|public)[\w ]* (?:class|record struct|record|struct|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
