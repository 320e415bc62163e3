using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Rerank.Operator.Runtime.Crds;

/// <summary>The doc comments of types, from the files that the compiler writes beside the assemblies. They are the CRDs' descriptions.</summary>
public sealed class XmlDocs
{
    private readonly Dictionary<Assembly, IReadOnlyDictionary<string, string>> _assemblies = [];

    /// <returns>Null when there is no comment.</returns>
    public string? Of(Type type) => Summary(type.Assembly, $"T:{Id(type)}");

    /// <returns>Null when there is no comment.</returns>
    public string? Of(PropertyInfo property) => Summary(property.DeclaringType!.Assembly, $"P:{Id(property.DeclaringType)}.{property.Name}");

    private static string Id(Type type) => type.FullName!.Replace('+', '.');

    private string? Summary(Assembly assembly, string id)
    {
        if (!_assemblies.TryGetValue(assembly, out var summaries))
            _assemblies[assembly] = summaries = Read(assembly);
        return summaries.GetValueOrDefault(id);
    }

    private static Dictionary<string, string> Read(Assembly assembly)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        if (!File.Exists(path))
            throw new FileNotFoundException($"The descriptions of the API are the doc comments in {path}, which is not there.", path);
        return XDocument.Load(path).Descendants("member")
            .Where(member => member.Attribute("name") is not null && member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!));
    }

    internal static string Text(XElement summary)
    {
        var text = new StringBuilder();
        foreach (var node in summary.Nodes())
            text.Append(node switch
            {
                XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "para" } paragraph => $" {Text(paragraph)} ",
                XElement element when (string?)element.Attribute("cref") is { } cref => $"`{Reference(cref)}`",
                XElement element when (string?)element.Attribute("langword") is { } word => $"`{word}`",
                XElement element => Text(element),
                XText words => words.Value,
                _ => "",
            });
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Members as they are spelled in YAML.</summary>
    private static string Reference(string cref)
    {
        var name = cref[(cref.LastIndexOf('.') + 1)..];
        return cref.StartsWith("P:", StringComparison.Ordinal) ? JsonNamingPolicy.CamelCase.ConvertName(name) : name;
    }
}
