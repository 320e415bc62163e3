using System.Text.Json;

namespace Rerank.Contracts.Tests;

/// <summary>What a process of the next version says has members that this one doesn't know.</summary>
public sealed class WireJsonTests
{
    [Fact]
    public void Read_WithUnknownMembers_IsRead()
    {
        var request = JsonSerializer.Deserialize("""{"digest":"d","query":"q","passages":["a"],"surprise":{"a":[1]}}""", WireJson.Default.ScoreRequest)!;
        var response = JsonSerializer.Deserialize("""{"digest":"d","logits":[1],"tokens":[3],"truncated":[false],"surprise":1}""", WireJson.Default.ScoreResponse)!;
        var error = JsonSerializer.Deserialize("""{"code":"Overloaded","message":"m","surprise":null}""", WireJson.Default.ScoreError)!;
        var host = JsonSerializer.Deserialize(
            """{"processId":"p","generation":1,"ready":true,"models":[{"name":"m","digest":"d","state":"Ready","surprise":1}],"surprise":"x"}""", WireJson.Default.HostStatus)!;
        var router = JsonSerializer.Deserialize(
            """{"processId":"p","generation":1,"clusters":[{"name":"c","destinations":1,"availableDestinations":1,"surprise":1}],"requests":0,"errors":0,"surprise":[]}""",
            WireJson.Default.RouterStatus)!;
        var refusal = JsonSerializer.Deserialize("""{"error":"e","surprise":1}""", WireJson.Default.AdminError)!;

        Assert.Equal(("a", 1f, "Overloaded", "m", 1, "e"), (request.Passages[0], response.Logits[0], error.Code, host.Models[0].Name, router.Clusters.Count, refusal.Error));
    }

    [Theory]
    [InlineData("""{"digest":"d","passages":["a"]}""")]
    [InlineData("""{"digest":"d","query":5,"passages":["a"]}""")]
    public void Read_WithoutWhatIsNeeded_IsRefused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, WireJson.Default.ScoreRequest));
}
