using System.Net;
using System.Text;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Admin;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Tests.World;

namespace Rerank.Operator.Tests.Admin;

public sealed class AdminTokensTests
{
    private readonly InMemoryResourceClient _api = new(new FakeTimeProvider());
    private int _made;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AdminToken_AskedForTwice_IsTheSame()
    {
        var owner = await OwnerAsync();

        Assert.Equal("token-1", await Tokens().GetOrCreateAsync(owner, Stop));
        Assert.Equal("token-1", await Tokens().GetOrCreateAsync(owner, Stop));
    }

    [Fact]
    public async Task AdminToken_Emptied_IsMadeAnew()
    {
        var owner = await OwnerAsync();
        await _api.CreateAsync(AdminSecret.Of(owner, ""), Stop);

        Assert.Equal("token-1", await Tokens().GetOrCreateAsync(owner, Stop));
        Assert.Equal("token-1", await Tokens().GetOrCreateAsync(owner, Stop));
    }

    [Fact]
    public async Task AdminToken_SecretOfSomebodyElse_IsLeftAlone()
    {
        var owner = await OwnerAsync();
        await SecretAsync(owner.Names.AdminSecret, ("token", "theirs"));

        Assert.Null(await Tokens().GetOrCreateAsync(owner, Stop));
    }

    [Fact]
    public async Task AdminToken_ServerIsAway_TheLastOneWillDo()
    {
        var owner = await OwnerAsync();
        var gone = new GoneServer(_api);
        var tokens = Tokens(gone);
        await tokens.GetOrCreateAsync(owner, Stop);
        gone.Error = new HttpRequestException("connection refused");

        Assert.Equal("token-1", await tokens.GetOrCreateAsync(owner, Stop));
        await Assert.ThrowsAsync<HttpRequestException>(() => tokens.GetOrCreateAsync(owner with { Uid = "another" }, Stop));
    }

    [Fact]
    public async Task AdminToken_MayNotBeReadAnyMore_SaysSo()
    {
        var owner = await OwnerAsync();
        var gone = new GoneServer(_api);
        var tokens = Tokens(gone);
        await tokens.GetOrCreateAsync(owner, Stop);
        gone.Error = new HttpOperationException("no") { Response = new(new HttpResponseMessage(HttpStatusCode.Forbidden), "{}") };

        await Assert.ThrowsAsync<HttpOperationException>(() => tokens.GetOrCreateAsync(owner, Stop));
    }

    [Fact]
    public async Task AdminToken_ChangedBySomebody_IsReadAgain()
    {
        var owner = await OwnerAsync();
        var tokens = Tokens();
        await tokens.GetOrCreateAsync(owner, Stop);
        await _api.ApplyAsync(AdminSecret.Of(owner, "other"), Stop);

        Assert.Equal("other", await tokens.GetOrCreateAsync(owner, Stop));
    }

    private async Task<PipelineOwner> OwnerAsync() => PipelineOwner.Of(await _api.CreateAsync(Samples.TwoTiers(), Stop));

    private AdminTokens Tokens(IResourceClient? client = null) => new(client ?? _api, () => $"token-{++_made}", new FakeTimeProvider());

    private Task<V1Secret> SecretAsync(string name, params (string Key, string Value)[] data) => _api.CreateAsync(
        new V1Secret
        {
            Metadata = new() { Name = name, NamespaceProperty = TestWorld.Namespace },
            Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)),
        },
        Stop);
}
