using Rerank.Cli;
using Rerank.Programs.Proxies;

if (EnvironmentProxy.Use() is { } problem)
{
    await Console.Error.WriteLineAsync($"error: {problem}");
    return ExitCodes.Failure;
}

return await CommandLine.RunAsync(args, Surroundings.OfProcess(), CancellationToken.None);
