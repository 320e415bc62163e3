using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts.Tests;

public sealed class ContractsJsonTests
{
    private const string Table =
        """{"generation":3,"pipeline":"shop/search","clusters":[{"name":"full","addresses":["http://p-full:8080"]}],"stable":{"revision":"r3","policy":{"requestTimeoutMilliseconds":10000,"failurePolicy":"ServeLowerTier","limits":{"maxBodyBytes":8388608,"maxDocuments":1000}},"tiers":[{"name":"cache","cache":{"memoryBytes":1048576,"ttlSeconds":60}},{"name":"full","model":{"cluster":"full","model":"base","digest":"sha256:00","activation":"Sigmoid"}}]},"peers":["http://p-router:8080"]}""";

    [Fact]
    public void RoutingTable_WrittenAndRead_IsTheSameText()
    {
        var table = JsonSerializer.Deserialize(Table, ContractsJson.Default.RoutingTable)!;

        Assert.Equal(Table, JsonSerializer.Serialize(table, ContractsJson.Default.RoutingTable));
        Assert.Equal(Activation.Sigmoid, table.Stable.Tiers[1].Model!.Activation);
    }

    [Fact]
    public void RoutingTable_WithoutOptionalParts_HasDefaults()
    {
        var table = JsonSerializer.Deserialize(
            """{"generation":1,"pipeline":"a/b","clusters":[],"stable":{"revision":"r","policy":{},"tiers":[]}}""", ContractsJson.Default.RoutingTable)!;

        Assert.Equal(new RouterPolicy(), table.Stable.Policy);
    }

    [Fact]
    public void CandidateArm_WithoutOptionalParts_HasDefaults()
    {
        var table = JsonSerializer.Deserialize(
            """{"generation":1,"pipeline":"a/b","clusters":[],"stable":{"revision":"r","policy":{},"tiers":[]},"candidate":{"arm":{"revision":"c","policy":{},"tiers":[]},"attempt":1,"trafficPermille":5,"mirrorPermille":6,"assignment":{},"hardLimits":[{"name":"e","type":"Error","permille":9}]}}""",
            ContractsJson.Default.RoutingTable)!;

        Assert.Empty(table.Peers);
        Assert.Equal((200, 10), (table.Candidate!.MaxShadowCostPermille, table.Candidate.ComparedPlaces));
        Assert.Equal(new Assignment { Type = AssignmentType.HeaderHash }, table.Candidate.Assignment);
        Assert.Equal([new HardLimit { Name = "e", Type = HardLimitType.Error, Permille = 9, WindowSeconds = 10, MinRequests = 20 }], table.Candidate.HardLimits);
    }

    [Fact]
    public void ModelSet_WithoutOptionalParts_HasDefaults()
    {
        var set = JsonSerializer.Deserialize(
            """{"generation":1,"pipeline":"a/b","models":[{"name":"m","digest":"d","source":{"bundled":{"name":"tiny"}},"files":[],"contract":{"maxInputTokens":512}}]}""",
            ContractsJson.Default.ModelSet)!;

        Assert.Equal(new ModelContract { MaxInputTokens = 512 }, set.Models[0].Contract);
        Assert.Equal([ExecutionProvider.CPU], set.Models[0].Runtime.ExecutionProviders);
        Assert.Equal(LastLayer.Auto, set.Models[0].Runtime.LastLayer);
    }

    [Fact]
    public void ModelSpec_WithChoicesOfLaterReleases_NamesThemOnlyWhenMade()
    {
        var model = new ModelSpec { Name = "m", Digest = "d", Source = new(), Files = [], Contract = new() { MaxInputTokens = 512 } };
        var chosen = model with { Runtime = new() { LastLayer = LastLayer.FirstToken }, Contract = model.Contract with { SpecialTokensInText = SpecialTokensInText.Parse } };

        var (asBefore, later) = (Write(model), Write(chosen));

        Assert.DoesNotContain("lastLayer", asBefore, StringComparison.Ordinal);
        Assert.DoesNotContain("specialTokensInText", asBefore, StringComparison.Ordinal);
        Assert.Contains("\"lastLayer\":\"FirstToken\"", later, StringComparison.Ordinal);
        Assert.Contains("\"specialTokensInText\":\"Parse\"", later, StringComparison.Ordinal);

        static string Write(ModelSpec model) =>
            JsonSerializer.Serialize(new ModelSet { Generation = 1, Pipeline = "a/b", Models = [model] }, ContractsJson.Default.ModelSet);
    }

    [Theory]
    [InlineData("\"generation\":3", "\"generation\":\"3\"")]
    [InlineData("\"generation\":3", "\"generation\":3,\"surprise\":1")]
    [InlineData("\"generation\":3,", "")]
    [InlineData("\"shop/search\"", "null")]
    [InlineData("\"Sigmoid\"", "\"Softmax\"")]
    public void RoutingTable_NotAsAgreed_IsRefused(string part, string replacement) => Assert.Throws<JsonException>(
        () => JsonSerializer.Deserialize(Table.Replace(part, replacement, StringComparison.Ordinal), ContractsJson.Default.RoutingTable));
}
