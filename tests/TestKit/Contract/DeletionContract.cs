using System.Net;
using k8s.Models;
using Rerank.Operator.Runtime.Client;
using Xunit;

namespace Rerank.TestKit.Contract;

public abstract class DeletionContract(IContractServer server) : ClientContract(server)
{
    private const string Finalizer = "test.rerank.dev/keep";

    [Fact]
    public Task Delete_Missing_DoesNothing() => Client.DeleteAsync<V1ConfigMap>(Key("absent"), null, Cancel);

    [Fact]
    public async Task Delete_RightUid_Deletes()
    {
        var map = await Client.ApplyAsync(ConfigMap("a"), Cancel);

        await Client.DeleteAsync<V1ConfigMap>(Key("a"), map.Metadata.Uid, Cancel);

        Assert.Null(await Client.GetAsync<V1ConfigMap>(Key("a"), Cancel));
    }

    [Fact]
    public async Task Delete_ForeignUid_Conflicts()
    {
        await Client.ApplyAsync(ConfigMap("a"), Cancel);

        await Assert.ThrowsAsync<ConflictException>(
            () => Client.DeleteAsync<V1ConfigMap>(Key("a"), "8a1f5b7c-0000-4000-8000-000000000000", Cancel));
        Assert.NotNull(await GetConfigMap("a"));
    }

    [Fact]
    public async Task Delete_WithFinalizer_WaitsForItsRemoval()
    {
        var widget = await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        await Client.SetFinalizersAsync(widget, [Finalizer], Cancel);

        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);
        var deleting = await GetWidget("a");
        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);
        var again = await GetWidget("a");
        await Client.SetFinalizersAsync(again, [], Cancel);

        Assert.NotNull(deleting.Metadata.DeletionTimestamp);
        Assert.Equal(2, deleting.Metadata.Generation);
        Assert.Equal(deleting.Metadata.ResourceVersion, again.Metadata.ResourceVersion);
        Assert.Null(await Client.GetAsync<Widget>(Key("a"), Cancel));
    }

    [Fact]
    public async Task SetFinalizers_OneOfTwoRemoved_ObjectStays()
    {
        var widget = await Client.SetFinalizersAsync(await Client.ApplyAsync(Widget("a"), Cancel), [Finalizer, "test.rerank.dev/other"], Cancel);
        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);

        var left = await Client.SetFinalizersAsync(await GetWidget("a"), [Finalizer], Cancel);

        Assert.Equal([Finalizer, "test.rerank.dev/other"], widget.Metadata.Finalizers);
        Assert.Equal([Finalizer], left.Metadata.Finalizers);
        Assert.NotNull((await GetWidget("a")).Metadata.DeletionTimestamp);
        await Client.SetFinalizersAsync(left, [], Cancel);
    }

    [Fact]
    public async Task SetFinalizers_StaleVersion_Conflicts()
    {
        var stale = await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        await Client.ApplyAsync(Widget("a", size: 2), Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => Client.SetFinalizersAsync(stale, [Finalizer], Cancel));
        Assert.Null((await GetWidget("a")).Metadata.Finalizers);
    }

    [Fact]
    public async Task SetFinalizers_ObjectGone_Conflicts()
    {
        var widget = await Client.ApplyAsync(Widget("a"), Cancel);
        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => Client.SetFinalizersAsync(widget, [Finalizer], Cancel));
    }

    [Fact]
    public async Task SetFinalizers_NewOneWhileDeleting_IsRefused()
    {
        await Client.SetFinalizersAsync(await Client.ApplyAsync(Widget("a"), Cancel), [Finalizer], Cancel);
        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);
        var deleting = await GetWidget("a");

        await AssertRefused(
            HttpStatusCode.UnprocessableEntity, () => Client.SetFinalizersAsync(deleting, [Finalizer, "test.rerank.dev/late"], Cancel));
        await Client.SetFinalizersAsync(deleting, [], Cancel);
    }

    [Fact]
    public async Task Apply_WithoutTheFinalizers_KeepsThem()
    {
        await Client.SetFinalizersAsync(await Client.ApplyAsync(Widget("a", size: 1), Cancel), [Finalizer], Cancel);

        var applied = await Client.ApplyAsync(Widget("a", size: 2), Cancel);

        Assert.Equal([Finalizer], applied.Metadata.Finalizers);
        await Client.SetFinalizersAsync(applied, [], Cancel);
    }

    [Fact]
    public async Task Delete_Owner_DependentsGo()
    {
        var owner = await Client.ApplyAsync(ConfigMap("owner"), Cancel);
        var child = await Client.ApplyAsync(OwnedBy(ConfigMap("child"), owner), Cancel);
        await Client.ApplyAsync(OwnedBy(ConfigMap("grandchild"), child), Cancel);
        await Client.ApplyAsync(ConfigMap("stranger"), Cancel);

        await Client.DeleteAsync<V1ConfigMap>(Key("owner"), owner.Metadata.Uid, Cancel);

        await Eventually.True(async () => await Client.GetAsync<V1ConfigMap>(Key("grandchild"), Cancel) is null, Cancel);
        Assert.Null(await Client.GetAsync<V1ConfigMap>(Key("child"), Cancel));
        Assert.NotNull(await Client.GetAsync<V1ConfigMap>(Key("stranger"), Cancel));
    }

    [Fact]
    public async Task Delete_OneOfTwoOwners_DependentStays()
    {
        var first = await Client.ApplyAsync(ConfigMap("first"), Cancel);
        var second = await Client.ApplyAsync(ConfigMap("second"), Cancel);
        await Client.ApplyAsync(OwnedBy(ConfigMap("child"), first, second), Cancel);

        await Client.DeleteAsync<V1ConfigMap>(Key("first"), null, Cancel);

        await Eventually.Passes(
            async () => Assert.Equal([second.Metadata.Uid], (await GetConfigMap("child")).Metadata.OwnerReferences.Select(reference => reference.Uid)), Cancel);
    }

    private static V1ConfigMap OwnedBy(V1ConfigMap map, params V1ConfigMap[] owners)
    {
        map.Metadata.OwnerReferences =
        [
            .. owners.Select(owner => new V1OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = owner.Metadata.Name, Uid = owner.Metadata.Uid }),
        ];
        return map;
    }
}
