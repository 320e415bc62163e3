using System.CommandLine;
using Rerank.Cli.Connection;

namespace Rerank.Cli.Directives;

/// <summary>The commands that decide. They write <c>spec.rollout.directives</c> and nothing else, under a field manager of their own.</summary>
internal static class DirectiveCommands
{
    public static IEnumerable<Command> Create(ConnectionOptions connection, Surroundings surroundings)
    {
        var step = new Option<string?>("--step") { Description = "The step that may be left; else the one that the candidate is at", HelpName = "STEP" };
        var approve = Command(
            "approve", "Let the candidate leave a step that needs approval", connection, surroundings,
            (context, result) => DirectivePlan.ForApprove(context, result.GetValue(step)));
        approve.Add(step);

        var revision = new Argument<string?>("REVISION")
        {
            Description = "The revision, or its first digits; else the one that was rejected last",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var retry = Command(
            "retry", "Give a rejected revision one more attempt", connection, surroundings,
            (context, result) => DirectivePlan.ForRetry(context, result.GetValue(revision)));
        retry.Add(revision);

        return
        [
            approve,
            Command("pause", "Keep the candidate at its step", connection, surroundings, (context, _) => DirectivePlan.ForPause(context)),
            Command("resume", "Take a pause back", connection, surroundings, (context, _) => DirectivePlan.ForResume(context)),
            Command("abort", "Take the candidate out, and reject it", connection, surroundings, (context, _) => DirectivePlan.ForAbort(context)),
            retry,
            Command("promote", "Promote the candidate without further steps", connection, surroundings, (context, _) => DirectivePlan.ForPromote(context)),
        ];
    }

    private static Command Command(
        string verb, string description, ConnectionOptions connection, Surroundings surroundings, Func<DirectiveContext, ParseResult, DirectivePlan> decide)
    {
        var name = new Argument<string>("NAME") { Description = "The pipeline" };
        var command = new Command(verb, description) { name };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var cluster = connection.Connect(result);
            var plan = await new DirectiveWriter(cluster, surroundings.Time).WriteAsync(
                result.GetRequiredValue(name), context => decide(context, result), cancellationToken);
            await surroundings.Output.WriteLineAsync($"{result.GetRequiredValue(name)} {plan.Message}");
            return ExitCodes.Success;
        });
        return command;
    }
}
