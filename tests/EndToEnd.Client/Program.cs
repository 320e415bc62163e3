using System.Runtime.InteropServices;
using Rerank.EndToEnd.Client;

// An application inside the cluster, for the end-to-end tests:
//   once URL BODY                            sends one request and prints the answer as JSON
//   load URL MODEL RATE DOCUMENTS RETRIES    sends RATE requests a second and prints what happened so far as JSON, a line a second, until it is stopped
//   files PORT                               serves the files of the folder `models` beside the program
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
    case ["load", var url, var model, var rate, var documents, var retries]:
        await new Load(new Uri(url), new(model, int.Parse(rate), int.Parse(documents), int.Parse(retries)), TimeProvider.System).RunAsync(stop.Token);
        return 0;
    case ["files", var port]:
        await new FileServer(int.Parse(port), Path.Combine(AppContext.BaseDirectory, "models")).RunAsync(stop.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: once URL BODY | load URL MODEL RATE DOCUMENTS RETRIES | files PORT");
        return 2;
}
