using System.Text.Json.Nodes;
using Rerank.Cli.Models;
using Rerank.Cli.Text;
using Rerank.TestKit;

namespace Rerank.Cli.Tests.Models;

public sealed class HubFilesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_Repository_HasTheCommitAndTheDigests()
    {
        await using var hub = await new StubHub().StartAsync(Cancel);

        var manifest = await WriteAsync("hf:acme/reranker", hub, []);

        // The port is another one each time.
        Golden.Equal(Sample.PathOf("model", "hub.yaml"), YamlText.Write(manifest).Replace($"{hub.Address.Port}", "PORT", StringComparison.Ordinal));
        Assert.DoesNotContain(hub.Requests, request => request.EndsWith("model.onnx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_PrivateRepository_SendsTheTokenAndNeverShowsIt()
    {
        await using var hub = await new StubHub { RequiredToken = "hf_secret" }.StartAsync(Cancel);

        var manifest = await WriteAsync($"hf:acme/reranker@{StubHub.Commit}", hub, new() { ["HF_TOKEN"] = "hf_secret" });
        var refusal = await Assert.ThrowsAsync<CommandFailure>(() => WriteAsync("hf:acme/reranker", hub, new() { ["HF_TOKEN"] = "hf_wrong" }));

        Assert.DoesNotContain("hf_secret", YamlText.Write(manifest), StringComparison.Ordinal);
        Assert.Contains("set HF_TOKEN", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_wrong", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_UnknownRepository_SaysSo()
    {
        await using var hub = await new StubHub().StartAsync(Cancel);

        var failure = await Assert.ThrowsAsync<CommandFailure>(() => WriteAsync("hf:acme/nothing", hub, []));

        Assert.Contains("the hub has no acme/nothing@main", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf:reranker")]
    [InlineData("hf:acme/reranker@")]
    [InlineData("hf:acme/../x@main")]
    public void Parse_OtherForm_SaysWhichFormIsMeant(string text) => Assert.Contains(
        "hf:ORGANISATION/MODEL@COMMIT", Assert.Throws<CommandFailure>(() => HubReference.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Access_TokenForAServerThatAnybodyCanListenTo_IsRefused() => Assert.Contains(
        "HF_TOKEN isn't sent",
        Assert.Throws<CommandFailure>(() => HubAccess.Of("http://hub.example.com", null, name => name == "HF_TOKEN" ? "hf_x" : null)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Access_SecretForAServerThatAnybodyCanListenTo_IsRefused() => Assert.Contains(
        "hosts send tokens over https only",
        Assert.Throws<CommandFailure>(() => HubAccess.Of("http://hub.example.com", "hub", _ => null)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "hub/read", "kubectl label secret hub -n shop rerank.dev/source-credentials=true")]
    [InlineData(
        "https://mirror.example.com:8443/hub",
        "hub",
        "kubectl label secret hub -n shop rerank.dev/source-credentials=true && kubectl annotate secret hub -n shop rerank.dev/endpoint=https://mirror.example.com:8443")]
    [InlineData(null, null, null)]
    public void Consent_TellsWhatTheOperatorAsksOfTheSecret(string? endpoint, string? secret, string? expected) =>
        Assert.Equal(expected, HubAccess.Of(endpoint, secret, _ => null).Consent("shop"));

    [Fact]
    public void Source_PublicHubWithSecret_NamesTheSecretOnly() => Assert.Equal(
        """{"huggingFace":{"repository":"a/b","revision":"c","tokenSecretRef":{"name":"hub","key":"read"}}}""",
        HubAccess.Of(null, "hub/read", _ => null).Source("a/b", "c").ToJsonString());

    private static async Task<JsonObject> WriteAsync(string source, StubHub hub, Dictionary<string, string> variables)
    {
        using var client = new HttpClient();
        var access = HubAccess.Of(hub.Address.ToString(), tokenSecret: null, variables.GetValueOrDefault);
        var files = await HubFiles.OpenAsync(client, HubReference.Parse(source), access, Cancel);
        return await ModelManifest.WriteAsync(new("reranker", "shop"), files, Cancel);
    }
}
