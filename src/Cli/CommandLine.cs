using System.CommandLine;
using System.CommandLine.Invocation;
using Rerank.Cli.Connection;
using Rerank.Cli.Diff;
using Rerank.Cli.Directives;
using Rerank.Cli.Evaluate;
using Rerank.Cli.Explain;
using Rerank.Cli.History;
using Rerank.Cli.Models;
using Rerank.Cli.Status;

namespace Rerank.Cli;

/// <summary>The commands, and what becomes of what they throw.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var result = Root(surroundings).Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = surroundings.Output,
            Error = surroundings.Error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            var code = await result.InvokeAsync(configuration, cancellationToken);
            return result.Action is ParseErrorAction ? ExitCodes.Usage : code;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how one leaves.
            return ExitCodes.Success;
        }
        catch (Exception exception) when (ClusterErrors.Describe(exception) is { } message)
        {
            await surroundings.Error.WriteLineAsync($"error: {message}");
            return ExitCodes.Failure;
        }
    }

    private static RootCommand Root(Surroundings surroundings)
    {
        var connection = new ConnectionOptions(surroundings);
        var root = new RootCommand("Shows and steers rollouts of rerank pipelines (rerank.dev), and measures rankings. Exit codes: 0 done, 1 failed, 2 not understood.")
        {
            StatusCommand.Create(connection, surroundings),
            ExplainCommand.Create(connection, surroundings),
            HistoryCommand.Create(connection, surroundings),
            DiffCommand.Create(connection, surroundings),
            ModelCommand.Create(connection, surroundings),
            EvaluateCommand.Create(surroundings),
        };
        foreach (var command in DirectiveCommands.Create(connection, surroundings))
            root.Add(command);
        connection.AddTo(root);
        return root;
    }
}
