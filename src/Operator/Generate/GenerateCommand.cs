using System.Reflection;
using System.Text.Json.Nodes;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Control;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Operator.Generate;

/// <summary>Writes config/crds and config/rbac from the types and controllers; see eng/gen.sh.</summary>
internal static class GenerateCommand
{
    private const string Header = "# Generated from the C# types by eng/gen.sh. Change those, not this.\n";
    private const string OperatorName = "rerank-operator";

    public static readonly IReadOnlyList<Type> Entities = [typeof(ModelVersion), typeof(RerankPipeline)];

    private static readonly Assembly[] Declaring = [typeof(GenerateCommand).Assembly, typeof(IEntityController<>).Assembly];

    public static int Run(string crdsDirectory, string rbacDirectory)
    {
        try
        {
            WriteAll(crdsDirectory, Crds());
            WriteAll(rbacDirectory, Rbac());
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>File name to content.</summary>
    public static IReadOnlyDictionary<string, string> Crds()
    {
        var docs = new XmlDocs();
        return Entities.Select(entity => CrdWriter.Write(entity, docs)).ToDictionary(FileName, Text);
    }

    /// <summary>File name to content. <c>rules.yaml</c> is the bare list, for the chart's templates.</summary>
    public static IReadOnlyDictionary<string, string> Rbac()
    {
        var rules = RbacWriter.Collect(Declaring).ToLookup(rule => rule.OperatorNamespaceOnly);
        return new Dictionary<string, string>
        {
            ["role.yaml"] = Text(RbacWriter.WriteRole("ClusterRole", OperatorName, rules[false])),
            ["namespaced_role.yaml"] = Text(RbacWriter.WriteRole("Role", OperatorName, rules[false])),
            ["leader_election_role.yaml"] = Text(RbacWriter.WriteRole("Role", $"{OperatorName}-leader-election", rules[true])),
            ["rules.yaml"] = Text(RbacWriter.WriteRules(rules[false])),
        };
    }

    private static string FileName(JsonObject crd) => $"{crd["spec"]!["group"]}_{crd["spec"]!["names"]!["plural"]}.yaml";

    private static string Text(JsonNode document) => Header + YamlWriter.Write(document);

    private static void WriteAll(string directory, IReadOnlyDictionary<string, string> files)
    {
        Directory.CreateDirectory(directory);
        foreach (var (name, content) in files)
            File.WriteAllText(Path.Combine(directory, name), content);
    }
}
