using System.Text.Json.Nodes;
using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Tests.Directives;

public sealed class OwnedDirectivesTests
{
    private static readonly DirectiveSpec Pause = new() { Revision = "f6e5d4c3b2", Action = "Pause" };
    private static readonly DirectiveSpec Retry = new() { Revision = "f6e5d4c3b2", Action = "Retry", Attempt = 3 };

    [Fact]
    public void Of_DirectivesOfTwoManagers_AreTheOnesOfTheNamedOne()
    {
        var pipeline = With(
            Manager("argocd", "Apply", "", """{"action":"Pause","revision":"f6e5d4c3b2","step":"None"}"""),
            Manager("kubectl-rerank", "Apply", "", """{"action":"Retry","revision":"f6e5d4c3b2","step":"None"}"""));

        Assert.Equal([Retry], OwnedDirectives.Of(pipeline, "kubectl-rerank"));
    }

    [Fact]
    public void Of_UpdatesAndStatusOfTheManager_AreNoDirectivesOfItsApplies()
    {
        var pipeline = With(
            Manager("kubectl-rerank", "Update", "", """{"action":"Pause","revision":"f6e5d4c3b2","step":"None"}"""),
            Manager("kubectl-rerank", "Apply", "status", """{"action":"Retry","revision":"f6e5d4c3b2","step":"None"}"""));

        Assert.Empty(OwnedDirectives.Of(pipeline, "kubectl-rerank"));
    }

    [Fact]
    public void Of_KeysThatAreGoneOrNoKeys_AreLeftOut()
    {
        var pipeline = With(Manager("kubectl-rerank", "Apply", "", """{"action":"Abort","revision":"f6e5d4c3b2","step":"None"}""", "not json"));

        Assert.Empty(OwnedDirectives.Of(pipeline, "kubectl-rerank"));
    }

    [Fact]
    public void Of_ListThatTheServerReplacesAsAWhole_IsAllOfIt() => Assert.Equal([Pause, Retry], OwnedDirectives.Of(With(Manager("argocd", "Apply", "")), "kubectl-rerank"));

    private static Pipeline With(params ManagedFields[] managers)
    {
        var pipeline = Sample.Pipeline("rolling");
        return pipeline with
        {
            Metadata = pipeline.Metadata with { ManagedFields = managers },
            Spec = pipeline.Spec with { Rollout = pipeline.Spec.Rollout with { Directives = [Pause, Retry] } },
        };
    }

    private static ManagedFields Manager(string name, string operation, string subresource, params string[] keys)
    {
        var items = new JsonObject(keys.Select(key => KeyValuePair.Create<string, JsonNode?>($"k:{key}", new JsonObject { ["."] = new JsonObject() })));
        return new()
        {
            Manager = name,
            Operation = operation,
            Subresource = subresource,
            Fields = new JsonObject { ["f:spec"] = new JsonObject { ["f:rollout"] = new JsonObject { ["f:directives"] = items } } },
        };
    }
}
