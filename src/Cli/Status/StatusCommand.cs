using System.CommandLine;
using Rerank.Cli.Connection;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Status;

internal static class StatusCommand
{
    public static Command Create(ConnectionOptions connection, Surroundings surroundings)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on showing it as it changes, until Ctrl-C" };
        var output = OutputFormat.Option(OutputFormat.Json);
        var command = new Command("status", "Show what serves, what is on trial, and what the trial still needs") { name, watch, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(watch) && result.GetValue(output) is not null)
                result.AddError("--watch and --output exclude each other");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            using var cluster = connection.Connect(result);
            var pipeline = result.GetRequiredValue(name);
            if (result.GetValue(watch))
                await new StatusWatch(cluster, surroundings).RunAsync(pipeline, cancellationToken);
            else
                await surroundings.Output.WriteAsync(await OnceAsync(cluster, pipeline, result.GetValue(output), surroundings, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>The report that belongs to what the status shows; null when there is none.</summary>
    public static Task<Report?> ReportOfAsync(Cluster cluster, Pipeline pipeline, CancellationToken cancellationToken) =>
        pipeline.Status.Analysis is { } analysis
            ? cluster.FindReportAsync(pipeline, analysis.Revision, cancellationToken)
            : Task.FromResult<Report?>(null);

    private static async Task<string> OnceAsync(
        Cluster cluster, string name, string? format, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var pipeline = await cluster.GetPipelineAsync(name, cancellationToken);
        if (format == OutputFormat.Json)
            return JsonText.Write(pipeline.Json["status"] ?? new System.Text.Json.Nodes.JsonObject()) + "\n";

        var report = await ReportOfAsync(cluster, pipeline, cancellationToken);
        return StatusText.Render(pipeline, report, surroundings.Time.GetUtcNow(), new(surroundings.UsesColour));
    }
}
