using Rerank.Cli.Connection;

namespace Rerank.Cli.Directives;

/// <summary>Reads, decides, writes; and again when somebody wrote in between, the operator's status included.</summary>
internal sealed class DirectiveWriter(Cluster cluster, TimeProvider time)
{
    private const int Tries = 20;

    /// <returns>The plan that was written.</returns>
    public async Task<DirectivePlan> WriteAsync(string pipelineName, Func<DirectiveContext, DirectivePlan> decide, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < Tries; turn++)
        {
            var pipeline = await cluster.GetPipelineAsync(pipelineName, cancellationToken);
            var stored = await cluster.ListRevisionsAsync(pipeline, cancellationToken);
            var plan = decide(DirectiveContext.Of(pipeline, stored, Cluster.FieldManager, time.GetUtcNow()));
            if (await cluster.TryApplyDirectivesAsync(pipeline, plan.ToJson(), cancellationToken))
                return plan;
        }

        throw new CommandFailure($"pipeline \"{pipelineName}\" was written to by others each of {Tries} times; try again");
    }
}
