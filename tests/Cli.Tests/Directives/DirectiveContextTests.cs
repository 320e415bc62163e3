using System.Text.Json.Nodes;
using Rerank.Cli.Directives;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Tests.Directives;

public sealed class DirectiveContextTests
{
    [Fact]
    public void Of_DirectiveOfAGoneRevision_IsDropped()
    {
        var pipeline = Sample.Pipeline("rolling");
        DirectiveSpec[] directives = [new() { Revision = "eeeeeeeeee", Action = "Abort" }, new() { Revision = "cccccccccc", Action = "Abort" }];
        var items = new JsonObject(directives.Select(directive => KeyValuePair.Create<string, JsonNode?>(
            $$"""k:{"action":"Abort","revision":"{{directive.Revision}}","step":"None"}""", new JsonObject())));
        pipeline = pipeline with
        {
            Spec = pipeline.Spec with { Rollout = pipeline.Spec.Rollout with { Directives = directives } },
            Metadata = pipeline.Metadata with
            {
                ManagedFields =
                [
                    new()
                    {
                        Manager = "kubectl-rerank",
                        Operation = "Apply",
                        Fields = new() { ["f:spec"] = new JsonObject { ["f:rollout"] = new JsonObject { ["f:directives"] = items } } },
                    },
                ],
            },
        };

        var context = DirectiveContext.Of(pipeline, Sample.Revisions(), "kubectl-rerank", Sample.Now);

        Assert.Equal([directives[1]], context.Kept);
    }
}
