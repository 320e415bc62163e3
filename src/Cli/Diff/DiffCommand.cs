using System.CommandLine;
using System.Text.Json.Nodes;
using Rerank.Cli.Connection;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Diff;

internal static class DiffCommand
{
    public static Command Create(ConnectionOptions connection, Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var before = Revision("REVISION_A", "The older revision, or its first digits; else the stable one");
        var after = Revision("REVISION_B", "The newer revision; else the candidate, or the one that was rejected last");
        var output = OutputFormat.Option(OutputFormat.Json);
        var command = new Command("diff", "Show what differs between two revisions") { name, before, after, output };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var cluster = connection.Connect(result);
            var pipeline = await cluster.GetPipelineAsync(result.GetRequiredValue(name), cancellationToken);
            var stored = await cluster.ListRevisionsAsync(pipeline, cancellationToken);
            var (older, newer) = Choose(pipeline, stored, result.GetValue(before), result.GetValue(after));
            await surroundings.Output.WriteAsync(result.GetValue(output) == OutputFormat.Json
                ? Json(RevisionDiff.Between(older.Snapshot, newer.Snapshot))
                : DiffText.Render(older, newer, new(surroundings.UsesColour)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Argument<string?> Revision(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    private static (StoredRevision Before, StoredRevision After) Choose(
        Pipeline pipeline, IReadOnlyList<StoredRevision> stored, string? before, string? after)
    {
        var status = pipeline.Status;
        var older = before ?? status.Stable?.Revision
            ?? throw new CommandFailure($"pipeline \"{pipeline.Metadata.Name}\" has no stable revision yet: name two revisions");
        var newer = after ?? status.Candidate?.Revision ?? (status.Rejected is [var rejected, ..] ? rejected.Revision : null)
            ?? throw new CommandFailure(
                $"pipeline \"{pipeline.Metadata.Name}\" has no candidate: name a second revision; `kubectl rerank history {pipeline.Metadata.Name}` lists them");
        return (Find(older), Find(newer));

        StoredRevision Find(string given)
        {
            var revision = RevisionName.Resolve(given, pipeline.Metadata.Name, stored.Select(known => known.Name));
            return stored.First(known => known.Name == revision);
        }
    }

    private static string Json(IReadOnlyList<Difference> differences) => JsonText.Write(new JsonArray(
    [
        .. differences.Select(difference => new JsonObject { ["path"] = difference.Path, ["before"] = difference.Before, ["after"] = difference.After }),
    ])) + "\n";
}
