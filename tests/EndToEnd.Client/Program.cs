using Rerank.EndToEnd.Client;

// An application inside the cluster, for the end-to-end tests:
//   once URL BODY              sends one request and prints the answer as JSON
//   load URL WORKERS RETRIES   sends requests without a pause and prints what happened so far as JSON, a line a second, until it is stopped
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
AppDomain.CurrentDomain.ProcessExit += (_, _) => stop.Cancel();

switch (args)
{
    case ["once", var url, var body]:
        return await OneRequest.RunAsync(new Uri(url), body, stop.Token);
    case ["load", var url, var workers, var retries]:
        await new Load(new Uri(url), int.Parse(retries), TimeProvider.System).RunAsync(int.Parse(workers), stop.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: once URL BODY | load URL WORKERS RETRIES");
        return 2;
}
