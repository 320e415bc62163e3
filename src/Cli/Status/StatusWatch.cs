using System.Threading.Channels;
using Rerank.Cli.Connection;
using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Status;

/// <summary>
/// Shows the status again whenever it has changed. On a terminal it is drawn over, once a second too, because ages and seconds go on; elsewhere
/// every change is a line.
/// </summary>
internal sealed class StatusWatch(Cluster cluster, Surroundings surroundings)
{
    private const string ClearAndGoHome = "\e[H\e[J";

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private string? _lastLine;

    public async Task RunAsync(string name, CancellationToken cancellationToken)
    {
        // Only the latest state is worth drawing.
        var changes = Channel.CreateBounded<Pipeline>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = FollowAsync(name, changes.Writer, stop.Token);
        try
        {
            await ShowAsync(changes.Reader, stop.Token);
            await following;
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    /// <summary>Watches end now and then; what went wrong ends it only when the pipeline can't be read either.</summary>
    private async Task FollowAsync(string name, ChannelWriter<Pipeline> changes, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await foreach (var pipeline in cluster.WatchPipelineAsync(name, cancellationToken))
                        await changes.WriteAsync(pipeline, cancellationToken);
                }
                catch (Exception exception) when (exception is not CommandFailure && !cancellationToken.IsCancellationRequested)
                {
                    await changes.WriteAsync(await cluster.GetPipelineAsync(name, cancellationToken), cancellationToken);
                }

                await Task.Delay(Tick, surroundings.Time, cancellationToken);
            }
        }
        finally
        {
            changes.Complete();
        }
    }

    private async Task ShowAsync(ChannelReader<Pipeline> changes, CancellationToken cancellationToken)
    {
        Pipeline? pipeline = null;
        Report? report = null;
        Task<bool>? next = null;
        while (true)
        {
            next ??= changes.WaitToReadAsync(cancellationToken).AsTask();
            if (pipeline is null || !surroundings.IsTerminal)
                await next;
            else
                await Task.WhenAny(next, Task.Delay(Tick, surroundings.Time, cancellationToken));

            if (next.IsCompleted)
            {
                if (!await next)
                    return;
                next = null;
                while (changes.TryRead(out var latest))
                    pipeline = latest;
                report = await StatusCommand.ReportOfAsync(cluster, pipeline!, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            await WriteAsync(pipeline!, report);
        }
    }

    private async Task WriteAsync(Pipeline pipeline, Report? report)
    {
        var now = surroundings.Time.GetUtcNow();
        if (surroundings.IsTerminal)
        {
            await surroundings.Output.WriteAsync(ClearAndGoHome + StatusText.Render(pipeline, report, now, new(surroundings.UsesColour)));
        }
        else if (StatusText.Summary(pipeline) is var line && line != _lastLine)
        {
            _lastLine = line;
            await surroundings.Output.WriteLineAsync($"{Age.Moment(now)} {line}");
        }

        await surroundings.Output.FlushAsync(CancellationToken.None);
    }
}
