using System.Net;
using System.Text;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
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
    private static readonly Uri Router = new("http://10.0.0.1:9090/");
    private static readonly Uri Host = new("http://10.0.0.2:9090/");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly AcceptedTokens _accepted = new();
    private readonly InMemoryResourceClient _api;
    private int _made;

    public AdminTokensTests() => _api = new(_time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AdminToken_AskedForTwice_IsTheSame()
    {
        var owner = await OwnerAsync();

        Assert.Equal("token-1", (await Tokens().GetOrCreateAsync(owner, null, Stop))!.Current);
        Assert.Equal("token-1", (await Tokens().GetOrCreateAsync(owner, null, Stop))!.Current);
    }

    [Fact]
    public async Task AdminToken_Emptied_IsMadeAnew()
    {
        var owner = await OwnerAsync();
        await _api.CreateAsync(AdminSecret.Of(owner, ""), Stop);

        Assert.Equal("token-1", (await Tokens().GetOrCreateAsync(owner, null, Stop))!.Current);
        Assert.Equal("token-1", (await Tokens().GetOrCreateAsync(owner, null, Stop))!.Current);
    }

    [Fact]
    public async Task AdminToken_SecretOfSomebodyElse_IsLeftAlone()
    {
        var owner = await OwnerAsync();
        await SecretAsync(owner.Names.AdminSecret, ("token", "theirs"));

        Assert.Null(await Tokens().GetOrCreateAsync(owner, null, Stop));
    }

    [Fact]
    public async Task AdminToken_ServerIsAway_TheLastOneWillDo()
    {
        var owner = await OwnerAsync();
        var gone = new GoneServer(_api);
        var tokens = Tokens(gone);
        await tokens.GetOrCreateAsync(owner, null, Stop);
        gone.Error = new HttpRequestException("connection refused");

        Assert.Equal("token-1", (await tokens.GetOrCreateAsync(owner, null, Stop))!.Current);
        await Assert.ThrowsAsync<HttpRequestException>(() => tokens.GetOrCreateAsync(owner with { Uid = "another" }, null, Stop));
    }

    [Fact]
    public async Task AdminToken_MayNotBeReadAnyMore_SaysSo()
    {
        var owner = await OwnerAsync();
        var gone = new GoneServer(_api);
        var tokens = Tokens(gone);
        await tokens.GetOrCreateAsync(owner, null, Stop);
        gone.Error = new HttpOperationException("no") { Response = new(new HttpResponseMessage(HttpStatusCode.Forbidden), "{}") };

        await Assert.ThrowsAsync<HttpOperationException>(() => tokens.GetOrCreateAsync(owner, null, Stop));
    }

    [Fact]
    public async Task AdminToken_ChangedBySomebody_IsReadAgain()
    {
        var owner = await OwnerAsync();
        var tokens = Tokens();
        await tokens.GetOrCreateAsync(owner, null, Stop);
        await _api.ApplyAsync(AdminSecret.Of(owner, "other"), Stop);

        Assert.Equal("other", (await tokens.GetOrCreateAsync(owner, null, Stop))!.Current);
    }

    [Fact]
    public async Task Rotation_AskedFor_BothHoldUntilEveryProcessHasTakenTheNewOneAndTheOverlapIsOver()
    {
        var (owner, tokens) = (await OwnerAsync(), Tokens());
        await tokens.GetOrCreateAsync(owner, null, Stop);

        var token = (await tokens.GetOrCreateAsync(owner, "a", Stop))!;
        Assert.Equal(("token-2", "token-1"), (token.Current, token.Previous));
        Assert.Equal(token, await tokens.GetOrCreateAsync(owner, "a", Stop));
        Assert.Equal(("token-2", "token-1"), await StoredAsync(owner));

        _accepted.Learn(new(Router, "admin/status?x=1"), token, "token-2");
        _accepted.Learn(Host, token, "token-1");
        _time.Advance(TokenRotation.Overlap);
        await SettleAsync();
        Assert.Equal(("token-2", "token-1"), await StoredAsync(owner));

        _accepted.Learn(Host, token, "token-2");
        await tokens.SettleAsync(owner, [(Router, true), (Host, false)], Stop);
        Assert.Equal(("token-2", "token-1"), await StoredAsync(owner));

        await SettleAsync();
        Assert.Equal(("token-2", null), await StoredAsync(owner));
        Assert.Equal(new AdminToken("token-2"), await tokens.GetOrCreateAsync(owner, "a", Stop));

        Task SettleAsync() => tokens.SettleAsync(owner, [(Router, true), (Host, true)], Stop);
    }

    [Fact]
    public async Task Rotation_AllHaveTakenIt_FormerOneStaysForTheOverlap()
    {
        var (owner, tokens) = (await OwnerAsync(), Tokens());
        await tokens.GetOrCreateAsync(owner, null, Stop);
        var token = (await tokens.GetOrCreateAsync(owner, "a", Stop))!;
        _accepted.Learn(Router, token, "token-2");

        _time.Advance(TokenRotation.Overlap - TimeSpan.FromSeconds(1));
        await tokens.SettleAsync(owner, [(Router, true)], Stop);
        Assert.Equal(("token-2", "token-1"), await StoredAsync(owner));

        _time.Advance(TimeSpan.FromSeconds(1));
        await tokens.SettleAsync(owner, [(Router, true)], Stop);
        Assert.Equal(("token-2", null), await StoredAsync(owner));
    }

    [Fact]
    public async Task Rotation_AskedForAgainMeanwhile_WaitsForTheEndOfTheFirst()
    {
        var (owner, tokens) = (await OwnerAsync(), Tokens());
        await tokens.GetOrCreateAsync(owner, null, Stop);
        await tokens.GetOrCreateAsync(owner, "a", Stop);

        await tokens.GetOrCreateAsync(owner, "b", Stop);
        Assert.Equal(("token-2", "token-1"), await StoredAsync(owner));

        _time.Advance(TokenRotation.Overlap);
        await tokens.SettleAsync(owner, [], Stop);
        await tokens.GetOrCreateAsync(owner, "b", Stop);
        Assert.Equal(("token-3", "token-2"), await StoredAsync(owner));
    }

    [Fact]
    public async Task Rotation_GoesOnInAnotherProcess()
    {
        var owner = await OwnerAsync();
        await Tokens().GetOrCreateAsync(owner, null, Stop);
        await Tokens().GetOrCreateAsync(owner, "a", Stop);
        var other = Tokens();

        Assert.Equal(new AdminToken("token-2", "token-1"), await other.GetOrCreateAsync(owner, "a", Stop));
        _time.Advance(TokenRotation.Overlap);
        await other.SettleAsync(owner, [], Stop);

        Assert.Equal(("token-2", null), await StoredAsync(owner));
    }

    [Fact]
    public async Task Secret_Deleted_PodsStillHaveTheFormerOne()
    {
        var (owner, tokens) = (await OwnerAsync(), Tokens());
        await tokens.GetOrCreateAsync(owner, null, Stop);
        await _api.DeleteAsync<V1Secret>(new(owner.Namespace, owner.Names.AdminSecret), null, Stop);

        Assert.Equal(new AdminToken("token-2", "token-1"), await tokens.GetOrCreateAsync(owner, null, Stop));
        Assert.Equal(("token-2", "token-1"), await StoredAsync(owner));

        _time.Advance(TokenRotation.Overlap);
        await tokens.SettleAsync(owner, [], Stop);
        Assert.Equal(("token-2", null), await StoredAsync(owner));
    }

    [Fact]
    public async Task Secret_DeletedLongAfterItWasRead_WhatWasThenDoesNotComeBack()
    {
        var (owner, tokens) = (await OwnerAsync(), Tokens());
        await tokens.GetOrCreateAsync(owner, null, Stop);
        _time.Advance(TimeSpan.FromMinutes(11));
        await _api.DeleteAsync<V1Secret>(new(owner.Namespace, owner.Names.AdminSecret), null, Stop);

        await tokens.GetOrCreateAsync(owner, null, Stop);

        Assert.Equal(("token-2", null), await StoredAsync(owner));
    }

    [Fact]
    public async Task Secret_ChangedByHand_TheFormerOneIsShownToPodsThatHaveItStill()
    {
        var (owner, tokens) = (await OwnerAsync(), Tokens());
        await tokens.GetOrCreateAsync(owner, null, Stop);
        await _api.ApplyAsync(AdminSecret.Of(owner, "theirs"), Stop);

        Assert.Equal(new AdminToken("theirs", "token-1"), await tokens.GetOrCreateAsync(owner, null, Stop));
        Assert.Equal(new AdminToken("theirs", "token-1"), await tokens.GetOrCreateAsync(owner, null, Stop));
        Assert.Equal(("theirs", null), await StoredAsync(owner));
    }

    [Fact]
    public async Task Rotation_ServerIsAwayOrRefuses_WhatIsThereIsUsed()
    {
        var owner = await OwnerAsync();
        var writes = new RefusingWrites(_api);
        var tokens = Tokens(writes);
        await tokens.GetOrCreateAsync(owner, null, Stop);
        writes.Refuses = true;

        Assert.Equal(new AdminToken("token-1"), await tokens.GetOrCreateAsync(owner, "a", Stop));
    }

    private async Task<PipelineOwner> OwnerAsync() => PipelineOwner.Of(await _api.CreateAsync(Samples.TwoTiers(), Stop));

    private AdminTokens Tokens(IResourceClient? client = null) => new(client ?? _api, () => $"token-{++_made}", _accepted, _time, NullLogger<AdminTokens>.Instance);

    private sealed class RefusingWrites(IResourceClient inner) : GuardedClient(inner)
    {
        public bool Refuses { get; set; }

        protected override Task<T> WriteAsync<T>(Type kind, Func<Task<T>> write) => Refuses
            ? throw new HttpOperationException("no") { Response = new(new HttpResponseMessage(HttpStatusCode.Forbidden), "{}") }
            : write();
    }

    private async Task<(string? Token, string? Previous)> StoredAsync(PipelineOwner owner)
    {
        var stored = AdminSecret.Read((await _api.GetAsync<V1Secret>(new(owner.Namespace, owner.Names.AdminSecret), Stop))!);
        return (stored.Token, stored.Previous);
    }

    private Task<V1Secret> SecretAsync(string name, params (string Key, string Value)[] data) => _api.CreateAsync(
        new V1Secret
        {
            Metadata = new() { Name = name, NamespaceProperty = TestWorld.Namespace },
            Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)),
        },
        Stop);
}
