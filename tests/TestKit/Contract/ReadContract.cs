using k8s.Models;
using Rerank.Operator.Runtime;
using Xunit;

namespace Rerank.TestKit.Contract;

public abstract class ReadContract(IContractServer server) : ClientContract(server)
{
    [Fact]
    public async Task Get_Missing_ReturnsNull() => Assert.Null(await Client.GetAsync<V1ConfigMap>(Key("absent"), Cancel));

    [Fact]
    public async Task Get_ObjectOfTheCoreGroup_HasAllThatWasApplied()
    {
        await Client.ApplyAsync(ConfigMap("a", ("key", "value")), Cancel);

        var map = await GetConfigMap("a");

        Assert.Equal(("v1", "ConfigMap"), (map.ApiVersion, map.Kind));
        Assert.Equal("value", map.Data["key"]);
        Assert.Null(map.Metadata.ManagedFields);
    }

    [Fact]
    public async Task Get_CustomKind_HasAllThatWasApplied()
    {
        await Client.ApplyAsync(Widget("a", size: 3, color: "red"), Cancel);

        var widget = await GetWidget("a");

        Assert.Equal(("test.rerank.dev/v1", "Widget"), (widget.ApiVersion, widget.Kind));
        Assert.Equal((3, "red"), (widget.Spec!.Size, widget.Spec.Color));
    }

    [Fact]
    public async Task Apply_ClusterScopedKind_IsReadListedAndDeleted()
    {
        var key = new ObjectKey(null, Server.Namespace);
        await Client.ApplyAsync(new V1ClusterRole { Metadata = new() { Name = key.Name, Labels = Label("scope", key.Name) }, Rules = [] }, Cancel);

        Assert.NotNull(await Client.GetAsync<V1ClusterRole>(key, Cancel));
        Assert.Single((await Client.ListAsync<V1ClusterRole>(null, $"scope={key.Name}", null, Cancel)).Items);

        await Client.DeleteAsync<V1ClusterRole>(key, null, Cancel);
        Assert.Null(await Client.GetAsync<V1ClusterRole>(key, Cancel));
    }

    [Fact]
    public async Task List_Items_HaveApiVersionAndKind()
    {
        await Client.ApplyAsync(Labelled("a", ("app", "x")), Cancel);

        var map = Assert.Single((await Client.ListAsync<V1ConfigMap>(Server.Namespace, "app=x", null, Cancel)).Items);

        Assert.Equal(("v1", "ConfigMap"), (map.ApiVersion, map.Kind));
        Assert.Null(map.Metadata.ManagedFields);
    }

    [Fact]
    public async Task List_SeveralPages_HaveEveryObjectOfOneMoment()
    {
        foreach (var name in (string[])["c", "a", "e", "b", "d"])
            await Client.ApplyAsync(Widget(name), Cancel);
        var client = Server.Client(pageSize: 2);

        var first = await client.ListAsync<Widget>(Server.Namespace, null, null, Cancel);
        await Client.ApplyAsync(Widget("f"), Cancel);
        await Client.DeleteAsync<Widget>(Key("e"), null, Cancel);
        var second = await client.ListAsync<Widget>(Server.Namespace, null, first.ContinueToken, Cancel);
        var third = await client.ListAsync<Widget>(Server.Namespace, null, second.ContinueToken, Cancel);

        Assert.Null(third.ContinueToken);
        Assert.Equal(["a", "b", "c", "d", "e"], first.Items.Concat(second.Items).Concat(third.Items).Select(widget => widget.Metadata.Name));
        Assert.Equal((first.ResourceVersion, first.ResourceVersion), (second.ResourceVersion, third.ResourceVersion));
    }

    [Theory]
    [InlineData("app=x", "a,b")]
    [InlineData("app!=x", "c,d")]
    [InlineData("app=x,tier=back", "b")]
    [InlineData("app in (x, y)", "a,b,c")]
    [InlineData("app notin (x,y)", "d")]
    [InlineData("tier", "b,c")]
    [InlineData("!tier", "a,d")]
    public async Task List_LabelSelector_HasOnlyWhatMatches(string selector, string expected)
    {
        await Client.ApplyAsync(Widget("a", labels: [("app", "x")]), Cancel);
        await Client.ApplyAsync(Widget("b", labels: [("app", "x"), ("tier", "back")]), Cancel);
        await Client.ApplyAsync(Widget("c", labels: [("app", "y"), ("tier", "back")]), Cancel);
        await Client.ApplyAsync(Widget("d", labels: []), Cancel);

        var page = await Client.ListAsync<Widget>(Server.Namespace, selector, null, Cancel);

        Assert.Equal(expected, string.Join(',', page.Items.Select(widget => widget.Metadata.Name)));
    }

    [Fact]
    public async Task List_AllNamespaces_HasThisOne()
    {
        await Client.ApplyAsync(Widget("a", labels: [("in", Server.Namespace)]), Cancel);

        var page = await Client.ListAsync<Widget>(null, $"in={Server.Namespace}", null, Cancel);

        Assert.Equal(Server.Namespace, Assert.Single(page.Items).Metadata.NamespaceProperty);
    }

    private static Dictionary<string, string> Label(string key, string value) => new() { [key] = value };

    private Widget Widget(string name, (string Key, string Value)[] labels)
    {
        var widget = Widget(name);
        widget.Metadata.Labels = labels.ToDictionary(label => label.Key, label => label.Value);
        return widget;
    }
}
