using Rerank.Operator.Runtime.Client;
using Xunit;

namespace Rerank.TestKit.Contract;

public abstract class StatusContract(IContractServer server) : ClientContract(server)
{
    [Fact]
    public async Task ApplyStatus_Status_LeavesSpecificationAndGeneration()
    {
        var applied = await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        applied.Spec!.Size = 99;
        applied.Metadata.Labels = new Dictionary<string, string> { ["not"] = "this" };

        await ApplyStatus(applied, new() { Observed = 1 });

        var widget = await GetWidget("a");
        Assert.Equal((1, 1, 1), (widget.Spec!.Size, widget.Metadata.Generation, widget.Status!.Observed));
        Assert.Null(widget.Metadata.Labels);
        Assert.NotEqual(applied.Metadata.ResourceVersion, widget.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Apply_WithAStatus_LeavesTheStatus()
    {
        await ApplyStatus(await Client.ApplyAsync(Widget("a", size: 1), Cancel), new() { Observed = 1 });
        var desired = Widget("a", size: 2);
        desired.Status = new() { Observed = 99 };

        var applied = await Client.ApplyAsync(desired, Cancel);

        Assert.Equal((2, 1), (applied.Spec!.Size, applied.Status!.Observed));
    }

    [Fact]
    public async Task Apply_NewObjectWithAStatus_HasNone()
    {
        var desired = Widget("a", size: 2);
        desired.Status = new() { Observed = 99 };

        Assert.Null((await Client.ApplyAsync(desired, Cancel)).Status);
    }

    [Fact]
    public async Task Generation_CountsChangesOfTheSpecification()
    {
        var created = await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        var labelled = Widget("a", size: 1);
        labelled.Metadata.Labels = new Dictionary<string, string> { ["app"] = "x" };
        var same = await Client.ApplyAsync(labelled, Cancel);
        var changed = await Client.ApplyAsync(Widget("a", size: 2), Cancel);

        Assert.Equal((1, 1, 2), (created.Metadata.Generation, same.Metadata.Generation, changed.Metadata.Generation));
    }

    [Fact]
    public async Task ApplyStatus_StaleVersion_Conflicts()
    {
        var stale = await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        await Client.ApplyAsync(Widget("a", size: 2), Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => ApplyStatus(stale, new() { Observed = 1 }));
        Assert.Null((await GetWidget("a")).Status);
    }

    [Fact]
    public async Task ApplyStatus_WithoutAVersion_Writes()
    {
        var stale = await Client.ApplyAsync(Widget("a", size: 1), Cancel);
        await Client.ApplyAsync(Widget("a", size: 2), Cancel);
        stale.Metadata.ResourceVersion = null;

        await ApplyStatus(stale, new() { Observed = 1 });

        Assert.Equal(1, (await GetWidget("a")).Status!.Observed);
    }

    [Fact]
    public async Task ApplyStatus_ObjectGone_DoesNothing()
    {
        var widget = await Client.ApplyAsync(Widget("a"), Cancel);
        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);

        await ApplyStatus(widget, new() { Observed = 1 });

        Assert.Null(await Client.GetAsync<Widget>(Key("a"), Cancel));
    }

    [Fact]
    public async Task ApplyStatus_ObjectReplaced_Conflicts()
    {
        var first = await Client.ApplyAsync(Widget("a"), Cancel);
        await Client.DeleteAsync<Widget>(Key("a"), null, Cancel);
        await Client.ApplyAsync(Widget("a"), Cancel);

        await Assert.ThrowsAsync<ConflictException>(() => ApplyStatus(first, new() { Observed = 1 }));
        Assert.Null((await GetWidget("a")).Status);
    }

    [Fact]
    public async Task ApplyStatus_Unchanged_KeepsTheVersion()
    {
        await ApplyStatus(await Client.ApplyAsync(Widget("a"), Cancel), new() { Observed = 1 });
        var first = await GetWidget("a");

        await ApplyStatus(first, new() { Observed = 1 });

        Assert.Equal(first.Metadata.ResourceVersion, (await GetWidget("a")).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task ApplyStatus_FieldLeftOut_IsRemoved()
    {
        await ApplyStatus(
            await Client.ApplyAsync(Widget("a"), Cancel),
            new() { Observed = 1, Message = "trouble", Conditions = [Is("Ready", "False"), Is("Odd", "True")] });

        await ApplyStatus(await GetWidget("a"), new() { Observed = 2, Conditions = [Is("Ready", "True")] });

        var status = (await GetWidget("a")).Status!;
        Assert.Equal((2, null), (status.Observed, status.Message));
        Assert.Equal([("Ready", "True")], status.Conditions!.Select(condition => (condition.Type, condition.Status)));
    }

    [Fact]
    public async Task ApplyStatus_ConditionsOfOthers_AreKept()
    {
        var widget = await Client.ApplyAsync(Widget("a"), Cancel);
        widget.Metadata.ResourceVersion = null;
        widget.Status = new() { Conditions = [Is("Theirs", "True")] };
        await Other.ApplyStatusAsync(widget, Cancel);

        await ApplyStatus(await GetWidget("a"), new() { Conditions = [Is("Ready", "False")] });
        await ApplyStatus(await GetWidget("a"), new() { Conditions = [Is("Ready", "True")] });

        var conditions = (await GetWidget("a")).Status!.Conditions!;
        Assert.Equal([("Ready", "True"), ("Theirs", "True")], conditions.Select(condition => (condition.Type, condition.Status)).Order());
    }

    [Fact]
    public async Task Apply_AfterApplyStatus_StillRemovesFieldsLeftOut()
    {
        await ApplyStatus(await Client.ApplyAsync(Widget("a", size: 1, color: "red"), Cancel), new() { Observed = 1 });

        var applied = await Client.ApplyAsync(Widget("a", size: 1), Cancel);

        Assert.Equal((1, null, 1), (applied.Spec!.Size, applied.Spec.Color, applied.Status!.Observed));
    }

    private static WidgetCondition Is(string type, string status) => new() { Type = type, Status = status };

    private Task ApplyStatus(Widget widget, WidgetStatus status)
    {
        widget.Status = status;
        return Client.ApplyStatusAsync(widget, Cancel);
    }
}
