using System.CommandLine;
using Rerank.Programs.Proxies;
using Rerank.RerankerHost.Commands;
using Rerank.RerankerHost.Serving;

if (EnvironmentProxy.Use() is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}

var root = new RootCommand("Serves cross-encoder rerankers.")
{
    ServeCommand.Create(),
    TokenizeCommand.Create(),
    ScoreCommand.Create(),
    GoldenCommand.Create(),
    DoctorCommand.Create(),
};

// No time limit of the command line's own: the host decides how long running requests may take after a stop signal.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
