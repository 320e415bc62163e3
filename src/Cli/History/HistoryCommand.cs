using System.CommandLine;
using System.Text.Json.Nodes;
using Rerank.Cli.Connection;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.History;

internal static class HistoryCommand
{
    public static Command Create(ConnectionOptions connection, Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var output = OutputFormat.Option(OutputFormat.Json);
        var command = new Command("history", "List the revisions that are kept, with verdicts and how each differs from the stable one") { name, output };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var cluster = connection.Connect(result);
            var pipeline = await cluster.GetPipelineAsync(result.GetRequiredValue(name), cancellationToken);
            var revisions = await cluster.ListRevisionsAsync(pipeline, cancellationToken);
            await surroundings.Output.WriteAsync(result.GetValue(output) == OutputFormat.Json
                ? Json(revisions, pipeline.Status)
                : HistoryText.Render(pipeline, revisions, surroundings.Time.GetUtcNow(), new(surroundings.UsesColour)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Json(IReadOnlyList<StoredRevision> revisions, PipelineStatus status) =>
        JsonText.Write(new JsonArray([.. revisions.Select(revision => Json(revision, HistoryVerdict.Of(revision, status)))])) + "\n";

    private static JsonObject Json(StoredRevision revision, HistoryVerdict? verdict)
    {
        var json = new JsonObject { ["revision"] = revision.Name, ["role"] = revision.Role, ["sequence"] = revision.Sequence };
        if (revision.Since is { } since)
            json["since"] = since;
        if (verdict is not null)
        {
            json["verdict"] = verdict.Verdict;
            json["reason"] = verdict.Reason;
            json["time"] = verdict.Time;
            json["attempts"] = verdict.Attempts;
        }

        json["snapshot"] = revision.Snapshot.DeepClone();
        return json;
    }
}
