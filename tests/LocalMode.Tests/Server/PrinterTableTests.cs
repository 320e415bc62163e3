using System.Text.Json.Nodes;
using Rerank.Operator.Api;
using Rerank.Operator.Local.Server;

namespace Rerank.LocalMode.Tests.Server;

public sealed class PrinterTableTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Write_Pipelines_HasTheColumnsOfTheCrd()
    {
        var pipeline = JsonNode.Parse(
            """
            {"metadata": {"name": "search", "creationTimestamp": "2030-01-02T02:04:05Z"},
             "status": {"stable": {"revision": "a1"}, "candidate": {"revision": "f6", "trafficPermille": 50, "step": "canary"},
              "conditions": [{"type": "Available", "status": "True"}, {"type": "Ready", "status": "False", "reason": "RolloutInProgress"}]}}
            """)!.AsObject();

        var table = PrinterTable.Write(ServedKinds.Find(ApiGroup.Name, ApiGroup.Version, "rerankpipelines")!, [pipeline], "7", Now);

        Assert.Equal(
            ["Name", "Ready", "Stable", "Candidate", "Traffic", "Step", "Reason", "Age"],
            table["columnDefinitions"]!.AsArray().Where(column => (int)column!["priority"]! == 0).Select(column => (string)column!["name"]!));
        Assert.Equal(
            """["search","False","a1","f6",50,"canary","RolloutInProgress","60m"]""",
            new JsonArray([.. table["rows"]![0]!["cells"]!.AsArray().Take(8).Select(cell => cell?.DeepClone())]).ToJsonString());
    }

    [Fact]
    public void Write_NoStatusYet_HasEmptyCells()
    {
        var pipeline = JsonNode.Parse("""{"metadata": {"name": "search"}}""")!.AsObject();

        var table = PrinterTable.Write(ServedKinds.Find(ApiGroup.Name, ApiGroup.Version, "rerankpipelines")!, [pipeline], "7", Now);

        Assert.All(table["rows"]![0]!["cells"]!.AsArray().Skip(1), Assert.Null);
    }
}
