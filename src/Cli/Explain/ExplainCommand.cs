using System.CommandLine;
using System.Text.Json;
using Rerank.Cli.Connection;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Explain;

internal static class ExplainCommand
{
    public static Command Create(ConnectionOptions connection, Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var revision = new Argument<string?>("REVISION")
        {
            Description = "The revision, or its first digits; else the one that is on trial, was promoted or was rejected last",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = OutputFormat.Option(OutputFormat.Json);
        var command = new Command("explain", "Say why a revision was judged as it was, what is missing, and what you can do") { name, revision, output };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var cluster = connection.Connect(result);
            var pipeline = await cluster.GetPipelineAsync(result.GetRequiredValue(name), cancellationToken);
            var subject = await SubjectAsync(cluster, pipeline, result.GetValue(revision), cancellationToken);
            await surroundings.Output.WriteAsync(result.GetValue(output) == OutputFormat.Json
                ? ReportJson(subject)
                : ExplainText.Render(subject, surroundings.Time.GetUtcNow(), new(surroundings.UsesColour)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<Subject> SubjectAsync(Cluster cluster, Pipeline pipeline, string? given, CancellationToken cancellationToken)
    {
        var stored = await cluster.ListRevisionsAsync(pipeline, cancellationToken);
        var revision = given is null
            ? Default(pipeline)
            : RevisionName.Resolve(given, pipeline.Metadata.Name, RevisionName.KnownOf(pipeline, stored));
        var report = await cluster.FindReportAsync(pipeline, revision, cancellationToken);
        return new(pipeline, revision, report, stored.FirstOrDefault(known => known.Name == revision));
    }

    /// <summary>What one asks about: the trial that runs; else the verdict that was spoken last.</summary>
    private static string Default(Pipeline pipeline)
    {
        var status = pipeline.Status;
        return status.Candidate?.Revision
            ?? (status.Rejected is [{ } rejected, ..] && !(rejected.Time < status.Stable?.SinceTime) ? rejected.Revision : null)
            ?? status.Analysis?.Revision
            ?? status.Stable?.Revision
            ?? throw new CommandFailure($"pipeline \"{pipeline.Metadata.Name}\" has no revision yet: is the operator running?");
    }

    private static string ReportJson(Subject subject) => subject.Report is { } report
        ? JsonText.Write(JsonSerializer.SerializeToNode(report, PipelineJson.Default.Report)!) + "\n"
        : throw new CommandFailure($"no report is kept about revision {subject.Revision}");
}
