using Rerank.Contracts.Models;
using Rerank.RerankerHost.Serving;

namespace Rerank.RerankerHost.Models;

/// <summary>Puts in force what the command line names: model folders, or the file of a model set. Ends everything with the process.</summary>
internal sealed class StartModels(ServeOptions options, ModelSetController controller, HandServedModel byHand, ILogger<StartModels> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Models.Count > 0)
            await ServeFoldersAsync(cancellationToken);
        else if (options.ModelSetFile is { } file)
            await ServeFileAsync(file, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => controller.StopAsync().WaitAsync(cancellationToken);

    private async Task ServeFoldersAsync(CancellationToken cancellationToken)
    {
        var models = new List<ModelSpec>();
        foreach (var path in options.Models)
            models.Add(await byHand.DescribeAsync(path, options.ExecutionProviders, options.LastLayer, cancellationToken));
        controller.Apply(new ModelSet { Generation = 1, Pipeline = "by-hand", Models = models });
    }

    private async Task ServeFileAsync(string file, CancellationToken cancellationToken)
    {
        var json = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : [];
        if (json.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            Log.NoModelSet(logger, file);
            return;
        }

        try
        {
            controller.Apply(ModelSetDocument.Read(json));
        }
        catch (InvalidModelSetException e) when (options.AdminUrls.Count > 0)
        {
            // A push can still put a good one in force; a crash loop could not take it.
            Log.InvalidModelSet(logger, file, e.Message);
        }
    }
}
