using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Local.Server;

/// <summary>What <c>kubectl get</c> prints: the printer columns of a kind, evaluated as an API server does for kubectl.</summary>
internal static partial class PrinterTable
{
    /// <summary>The media type with which kubectl asks for it.</summary>
    public const string MediaType = "as=Table;v=v1;g=meta.k8s.io";

    public static JsonObject Write(ServedKind served, IReadOnlyList<JsonObject> objects, string resourceVersion, DateTimeOffset now)
    {
        var columns = served.Type.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>().ToList();
        if (!columns.Exists(column => column.Type == "date"))
            columns.Add(new(".metadata.creationTimestamp", "Age", "date"));

        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = resourceVersion },
            ["columnDefinitions"] = new JsonArray([Definition("Name", "string", "name", 0), .. columns.Select(column => Definition(column.Name, column.Type, "", column.Priority))]),
            ["rows"] = new JsonArray([.. objects.Select(entity => Row(entity, columns, now))]),
        };
    }

    private static JsonObject Definition(string name, string type, string format, int priority) =>
        new() { ["name"] = name, ["type"] = type, ["format"] = format, ["description"] = "", ["priority"] = priority };

    private static JsonObject Row(JsonObject entity, List<GenericAdditionalPrinterColumnAttribute> columns, DateTimeOffset now) => new()
    {
        ["cells"] = new JsonArray([entity["metadata"]?["name"]?.DeepClone(), .. columns.Select(column => Cell(entity, column, now))]),
        ["object"] = new JsonObject
        {
            ["kind"] = "PartialObjectMetadata",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = entity["metadata"]?.DeepClone(),
        },
    };

    private static JsonNode? Cell(JsonObject entity, GenericAdditionalPrinterColumnAttribute column, DateTimeOffset now)
    {
        var value = Find(entity, column.JsonPath);
        return column.Type == "date" && value is not null && DateTimeOffset.TryParse($"{value}", CultureInfo.InvariantCulture, out var time)
            ? JsonValue.Create(Age(now - time))
            : value?.DeepClone();
    }

    /// <summary>Members, and filters of a list by the value of a member: what the CRDs' columns are made of.</summary>
    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (Match step in Steps().Matches(path))
        {
            node = node switch
            {
                JsonObject map when step.Groups["member"].Success => map[step.Groups["member"].Value],
                JsonArray list when step.Groups["key"].Success =>
                    list.FirstOrDefault(item => $"{item?[step.Groups["key"].Value]}" == step.Groups["value"].Value),
                _ => null,
            };
        }

        return node;
    }

    private static string Age(TimeSpan span) => span switch
    {
        { TotalSeconds: < 120 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)span.TotalSeconds)}s"),
        { TotalMinutes: < 180 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}m"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays}d"),
    };

    [GeneratedRegex("""\.(?<member>\w+)|\[\?\(@\.(?<key>\w+)=="(?<value>[^"]*)"\)\]""")]
    private static partial Regex Steps();
}
