using System.CommandLine;
using Rerank.Http;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Serving;

/// <summary><c>serve</c>: runs the host until it is told to stop.</summary>
internal static class ServeCommand
{
    private const int CannotStart = 1;
    private const int InvalidOptions = 2;

    public static Command Create()
    {
        var commandLine = new ServeCommandLine();
        commandLine.Command.SetAction((result, cancellationToken) => RunAsync(commandLine, result, cancellationToken));
        return commandLine.Command;
    }

    /// <summary>The options of a command line without <c>serve</c> itself.</summary>
    public static ServeOptions Parse(params string[] args)
    {
        var commandLine = new ServeCommandLine(_ => null);
        var result = commandLine.Command.Parse(args);
        return result.Errors.Count == 0 ? commandLine.Read(result) : throw new ArgumentException(string.Join("; ", result.Errors.Select(e => e.Message)), nameof(args));
    }

    private static async Task<int> RunAsync(ServeCommandLine commandLine, ParseResult result, CancellationToken cancellationToken)
    {
        var options = commandLine.Read(result);
        var problems = commandLine.Problems(result, options);
        if (problems.Count > 0)
        {
            foreach (var problem in problems)
                await Console.Error.WriteLineAsync(problem);
            return InvalidOptions;
        }

        await using var app = HostApplication.Build(options);
        try
        {
            await app.RunAsync(cancellationToken);
        }
        catch (Exception e) when (e is ModelLoadException or InvalidModelSetException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return InvalidOptions;
        }
        catch (Exception e) when (StartFailure.Describe(e, options.Urls.Concat(options.AdminUrls).Concat(options.ProbeUrls)) is { } failure)
        {
            await Console.Error.WriteLineAsync(failure);
            return CannotStart;
        }

        return 0;
    }
}
