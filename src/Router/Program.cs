using System.CommandLine;
using Rerank.Programs.Proxies;
using Rerank.Router;

if (EnvironmentProxy.Use() is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}

// Signals are the host's: it drains before it stops.
return await RouterCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
