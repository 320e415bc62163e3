using System.Text.Json.Nodes;
using k8s.Models;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Operator.Runtime.Tests.Client;

public sealed class InMemoryJsonObjectsTests
{
    private static readonly ObjectKey Key = new("ns", "a");

    private readonly InMemoryResourceClient _client = new(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The form is that of a real server's managedFields.</summary>
    [Fact]
    public void Get_ObjectOfTwoManagers_SaysWhoSetWhat()
    {
        Apply("alice", """{"ports": [{"port": 80, "name": "http"}], "type": "ClusterIP"}""");
        Apply("bob", """{"ports": [{"port": 81, "protocol": "TCP", "name": "more"}], "selector": {"app": "x"}}""");

        var fields = _client.Objects.Get(typeof(V1Service), Key)!["metadata"]!["managedFields"]!;

        Assert.Equal(
            """[{"manager":"alice","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}},"f:type":{}}}},{"manager":"bob","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:ports":{"k:{\"port\":81,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{}}},"f:selector":{"f:app":{}}}}}]""",
            fields.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void Apply_WithoutForce_ConflictsWithWhoSetAnotherValue()
    {
        Apply("alice", """{"type": "ClusterIP", "ports": [{"port": 80, "name": "http"}]}""");
        Apply("bob", """{"type": "ClusterIP"}""", force: false);

        var conflict = Assert.Throws<ConflictException>(() => Apply("carol", """{"type": "NodePort", "ports": [{"port": 81}]}""", force: false));

        Assert.Equal("Apply failed with conflicts with \"alice\", \"bob\"", conflict.Message);
        Assert.Equal("ClusterIP", (string?)_client.Objects.Get(typeof(V1Service), Key)!["spec"]!["type"]);
    }

    [Fact]
    public void Apply_AtAnOldResourceVersion_IsAConflict()
    {
        var first = Apply("alice", """{"type": "ClusterIP"}""");
        Apply("alice", """{"type": "NodePort"}""");

        Assert.Throws<ConflictException>(() => Apply("bob", """{"type": "NodePort"}""", resourceVersion: (string?)first["metadata"]!["resourceVersion"]));
    }

    [Fact]
    public async Task Apply_Status_IsLeftToControllers()
    {
        var manifest = Manifest("""{"type": "ClusterIP"}""");
        manifest["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };

        _client.Objects.Apply(typeof(V1Service), Key, manifest, "alice", force: true);

        Assert.Null((await _client.GetAsync<V1Service>(Key, Cancel))!.Status);
    }

    [Fact]
    public async Task Watch_FromAList_SeesWhatComesAfterIt()
    {
        Apply("alice", """{"type": "ClusterIP"}""");
        var (items, version) = _client.Objects.List(typeof(V1Service), "ns", null);
        Apply("alice", """{"type": "NodePort"}""");

        await using var changes = _client.Objects
            .WatchAsync(typeof(V1Service), "ns", null, version, TimeSpan.FromMinutes(1), Cancel).GetAsyncEnumerator(Cancel);

        Assert.Single(items);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal((WatchChange.Modified, "NodePort"), (changes.Current.Change, (string?)changes.Current.Object!["spec"]!["type"]));
    }

    private static JsonObject Manifest(string spec) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject { ["name"] = Key.Name, ["namespace"] = Key.Namespace },
        ["spec"] = JsonNode.Parse(spec),
    };

    private JsonObject Apply(string manager, string spec, bool force = true, string? resourceVersion = null)
    {
        var manifest = Manifest(spec);
        if (resourceVersion is not null)
            manifest["metadata"]!["resourceVersion"] = resourceVersion;
        return _client.Objects.Apply(typeof(V1Service), Key, manifest, manager, force);
    }
}
