using System.Net;
using k8s.Models;
using Rerank.Operator.Runtime.Client;
using Xunit;

namespace Rerank.TestKit.Contract;

public abstract class ApplyContract(IContractServer server) : ClientContract(server)
{
    [Fact]
    public async Task Apply_NewObject_IsCreated()
    {
        var applied = await Client.ApplyAsync(ConfigMap("a", ("key", "value")), Cancel);

        Assert.Equal(("v1", "ConfigMap"), (applied.ApiVersion, applied.Kind));
        Assert.NotNull(applied.Metadata.Uid);
        Assert.NotNull(applied.Metadata.ResourceVersion);
        Assert.NotNull(applied.Metadata.CreationTimestamp);
        Assert.Null(applied.Metadata.ManagedFields);
        Assert.Equal("value", (await GetConfigMap("a")).Data["key"]);
    }

    [Fact]
    public async Task Apply_Unchanged_KeepsTheVersion()
    {
        var first = await Client.ApplyAsync(ConfigMap("a", ("key", "value")), Cancel);

        var second = await Client.ApplyAsync(ConfigMap("a", ("key", "value")), Cancel);

        Assert.Equal(first.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_WhatTheServerReturned_IsNoChange()
    {
        var first = await Client.ApplyAsync(ConfigMap("a", ("key", "value")), Cancel);
        var between = await Client.ApplyAsync(ConfigMap("a", ("key", "other")), Cancel);

        // With its version it would be a precondition.
        first.Metadata.ResourceVersion = null;
        var second = await Client.ApplyAsync(first, Cancel);

        Assert.Equal("value", second.Data["key"]);
        Assert.NotEqual(between.Metadata.ResourceVersion, second.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_FieldLeftOut_IsRemoved()
    {
        var map = ConfigMap("a", ("keep", "1"), ("drop", "2"));
        map.Metadata.Labels = new Dictionary<string, string> { ["keep"] = "1", ["drop"] = "2" };
        map.Metadata.Annotations = new Dictionary<string, string> { ["drop"] = "2" };
        await Client.ApplyAsync(map, Cancel);
        var less = ConfigMap("a", ("keep", "1"));
        less.Metadata.Labels = new Dictionary<string, string> { ["keep"] = "1" };

        var applied = await Client.ApplyAsync(less, Cancel);

        Assert.Equal(["keep"], applied.Data.Keys);
        Assert.Equal(["keep"], applied.Metadata.Labels.Keys);
        Assert.Empty(applied.Metadata.Annotations ?? new Dictionary<string, string>());
    }

    [Fact]
    public async Task Apply_FieldsOfOthers_AreKept()
    {
        await Other.ApplyAsync(ConfigMap("a", ("theirs", "1")), Cancel);
        await Client.ApplyAsync(ConfigMap("a", ("ours", "1")), Cancel);

        var applied = await Client.ApplyAsync(ConfigMap("a", ("ours", "2")), Cancel);

        Assert.Equal(("1", "2"), (applied.Data["theirs"], applied.Data["ours"]));
    }

    [Fact]
    public async Task Apply_FieldTakenFromAnother_IsOurs()
    {
        await Other.ApplyAsync(ConfigMap("a", ("field", "theirs"), ("more", "1")), Cancel);
        var taken = await Client.ApplyAsync(ConfigMap("a", ("field", "ours")), Cancel);
        Assert.Equal("ours", taken.Data["field"]);

        var left = await Client.ApplyAsync(ConfigMap("a"), Cancel);

        Assert.Equal(["more"], left.Data.Keys);
    }

    [Fact]
    public async Task Apply_FieldThatBothSet_StaysUntilBothLeaveItOut()
    {
        await Other.ApplyAsync(ConfigMap("a", ("field", "same"), ("theirs", "1")), Cancel);
        await Client.ApplyAsync(ConfigMap("a", ("field", "same")), Cancel);

        var one = await Client.ApplyAsync(ConfigMap("a"), Cancel);
        var none = await Other.ApplyAsync(ConfigMap("a", ("theirs", "1")), Cancel);

        Assert.Equal(["field", "theirs"], one.Data.Keys.Order());
        Assert.Equal(["theirs"], none.Data.Keys);
    }

    [Fact]
    public async Task Apply_KeyLeftOut_MeansItsDefault()
    {
        await Other.ApplyAsync(WithParts(new WidgetPart { Name = "wheel" }, new WidgetPart { Name = "wheel", Side = "Left" }), Cancel);

        var applied = await Client.ApplyAsync(WithParts(new WidgetPart { Name = "wheel", Side = WidgetPart.AnySide, Color = "red" }), Cancel);
        var left = await Client.ApplyAsync(WithParts(), Cancel);

        Assert.Equal(["red", null], applied.Spec!.Parts!.Select(part => part.Color));
        Assert.Equal([null, null], left.Spec!.Parts!.Select(part => part.Color));
    }

    [Fact]
    public async Task Apply_ForeignUid_Conflicts()
    {
        await Client.ApplyAsync(ConfigMap("a"), Cancel);
        var desired = ConfigMap("a", ("key", "value"));
        desired.Metadata.Uid = "8a1f5b7c-0000-4000-8000-000000000000";

        await Assert.ThrowsAsync<ConflictException>(() => Client.ApplyAsync(desired, Cancel));
        Assert.Empty((await GetConfigMap("a")).Data ?? new Dictionary<string, string>());
    }

    [Fact]
    public async Task Apply_ResourceVersionOfBeforeAnotherWrite_ConflictsAndChangesNothing()
    {
        var first = await Client.ApplyAsync(ConfigMap("a", ("key", "1")), Cancel);
        var late = ConfigMap("a", ("key", "late"));
        late.Metadata.ResourceVersion = first.Metadata.ResourceVersion;
        var second = ConfigMap("a", ("key", "2"));
        second.Metadata.ResourceVersion = first.Metadata.ResourceVersion;
        await Client.ApplyAsync(second, Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => Client.ApplyAsync(late, Cancel));
        Assert.Equal("2", (await GetConfigMap("a")).Data["key"]);
    }

    [Fact]
    public async Task Apply_UidOfAnObjectThatIsGone_Conflicts()
    {
        var applied = await Client.ApplyAsync(ConfigMap("a"), Cancel);
        await Client.DeleteAsync<V1ConfigMap>(Key("a"), null, Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => Client.ApplyAsync(applied, Cancel));
        Assert.Null(await Client.GetAsync<V1ConfigMap>(Key("a"), Cancel));
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("-dash")]
    [InlineData("a_b")]
    public Task Apply_InvalidName_IsRefused(string name) =>
        AssertRefused(HttpStatusCode.UnprocessableEntity, () => Client.ApplyAsync(ConfigMap(name), Cancel));

    [Fact]
    public Task Apply_InvalidLabel_IsRefused() =>
        AssertRefused(HttpStatusCode.UnprocessableEntity, () => Client.ApplyAsync(Labelled("a", ("app", "no spaces")), Cancel));

    [Fact]
    public Task Apply_LongLabel_IsRefused() =>
        AssertRefused(HttpStatusCode.UnprocessableEntity, () => Client.ApplyAsync(Labelled("a", ("app", new string('x', 64))), Cancel));

    [Fact]
    public async Task Create_NewObject_IsCreated()
    {
        var created = await Client.CreateAsync(ConfigMap("a", ("key", "value")), Cancel);

        Assert.Equal(("v1", "ConfigMap"), (created.ApiVersion, created.Kind));
        Assert.Equal(created.Metadata.Uid, (await GetConfigMap("a")).Metadata.Uid);
    }

    [Fact]
    public async Task Create_NameTaken_Conflicts()
    {
        await Client.CreateAsync(ConfigMap("a", ("key", "value")), Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => Client.CreateAsync(ConfigMap("a"), Cancel));
        Assert.Equal("value", (await GetConfigMap("a")).Data["key"]);
    }

    [Fact]
    public async Task Apply_AfterCreate_KeepsWhatItLeavesOut()
    {
        await Client.CreateAsync(ConfigMap("a", ("created", "1")), Cancel);

        var applied = await Client.ApplyAsync(ConfigMap("a", ("applied", "1")), Cancel);

        Assert.Equal(["applied", "created"], applied.Data.Keys.Order());
    }

    private Widget WithParts(params WidgetPart[] parts) => new() { Metadata = Meta("a"), Spec = new() { Parts = parts } };
}
