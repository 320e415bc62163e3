using System.Diagnostics;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Commands;
using Rerank.Serving.Models;

namespace Rerank.DeviceCheck;

/// <summary>All that can be said of models on one execution provider of this machine, in a few minutes.</summary>
/// <param name="models">Folder with the demonstration models, each with its golden file.</param>
/// <param name="shape">Of the model that is measured.</param>
/// <param name="turn">How long pairs are counted for.</param>
internal sealed class Check(ExecutionProvider provider, string models, BertShape shape, TimeSpan turn, TextWriter output)
{
    private const int Passed = 0;
    private const int Failed = 1;

    /// <returns>The process' exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await output.WriteLineAsync("== doctor");
        if (await DoctorCommand.RunAsync([provider], json: false, output, cancellationToken) != DoctorCommand.Works)
            return Failed;

        var work = Directory.CreateTempSubdirectory("device-check-");
        try
        {
            // The tokenizer of the demonstration models is all that is taken from the folder.
            var folder = ModelFolders.Make(work.FullName, Path.GetDirectoryName(models)!, shape, quantized: false);
            Table[] tables =
            [
                await new ParityCheck(provider).RunAsync(models, cancellationToken),
                new BatchCheck(provider).Run(folder, cancellationToken),
                await new ThroughputCheck(provider, turn).RunAsync(folder, cancellationToken),
            ];
            foreach (var table in tables)
                await output.WriteAsync(table.Print());
            var failures = tables.Sum(table => table.Failures);
            await output.WriteLineAsync(FormattableString.Invariant(
                $"\n{(failures == 0 ? "passed" : $"{failures} checks failed")} on {provider} in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
            return failures == 0 ? Passed : Failed;
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }
}
