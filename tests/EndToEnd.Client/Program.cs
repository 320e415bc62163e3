using System.Runtime.InteropServices;
using Rerank.EndToEnd.Client;

// An application inside the cluster, for the end-to-end tests:
//   once URL BODY                    sends one request and prints the answer as JSON
//   load URL MODEL WORKERS RETRIES   sends requests without a pause and prints what happened so far as JSON, a line a second, until it is stopped
using var stop = new CancellationTokenSource();
using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

switch (args)
{
    case ["once", var url, var body]:
        return await OneRequest.RunAsync(new Uri(url), body, stop.Token);
    case ["load", var url, var model, var workers, var retries]:
        await new Load(new Uri(url), model, int.Parse(retries), TimeProvider.System).RunAsync(int.Parse(workers), stop.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: once URL BODY | load URL MODEL WORKERS RETRIES");
        return 2;
}
