using System.Globalization;
using k8s.Models;

namespace Rerank.Operator.Local;

/// <summary>A container of a pod: kept running, with growing pauses when it keeps ending, and probed.</summary>
internal sealed class LocalContainer(LocalPod pod, V1Container container, ProgramImages images, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private ContainerProcess? _process;
    private int _restarts = -1;
    private int? _exitCode;
    private DateTimeOffset _startedAt;

    public string Name => container.Name;

    public bool IsReady { get; private set; }

    /// <summary>Where its first port is; a sidecar's is its health.</summary>
    public string Address => container.Ports is [var first, ..] ? $"http://127.0.0.1:{pod.Loopback(first.ContainerPort)}" : "no port";

    public async Task SyncAsync(HttpClient probes, CancellationToken cancellationToken)
    {
        if (_process is null or { HasExited: true } && !await TryStartAsync())
        {
            IsReady = false;
            return;
        }

        IsReady = await AnswersAsync(probes, cancellationToken);
    }

    public V1ContainerStatus Status() => new()
    {
        Name = container.Name,
        Image = container.Image,
        ImageID = container.Image,
        Ready = IsReady,
        RestartCount = Math.Max(0, _restarts),
        State = _process is { HasExited: false }
            ? new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = _startedAt.UtcDateTime } }
            : new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "CrashLoopBackOff", Message = $"see {pod.LogOf(Name)}" } },
        LastState = _exitCode is { } code
            ? new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = code, Reason = code == 0 ? "Completed" : "Error" } }
            : null,
    };

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<bool> TryStartAsync()
    {
        var pause = _restarts < 0
            ? TimeSpan.Zero
            : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(_restarts, 10)));
        if (time.GetUtcNow() < _startedAt + pause)
        {
            return false;
        }

        if (_process is not null)
        {
            _exitCode = _process.ExitCode;
            await _process.DisposeAsync();
        }

        var assembly = images.Resolve(container.Image);
        _process = ContainerProcess.Start(assembly, pod.Arguments(container, Path.GetDirectoryName(assembly)!), pod.LogOf(Name));
        _startedAt = time.GetUtcNow();
        _restarts++;
        return true;
    }

    private async Task<bool> AnswersAsync(HttpClient probes, CancellationToken cancellationToken)
    {
        if (container.ReadinessProbe?.HttpGet is not { } probe)
        {
            return true;
        }

        var port = (container.Ports ?? []).FirstOrDefault(port => port.Name == probe.Port.Value)?.ContainerPort
            ?? int.Parse(probe.Port.Value, CultureInfo.InvariantCulture);
        try
        {
            using var response = await probes.GetAsync(new Uri($"http://127.0.0.1:{pod.Loopback(port)}{probe.Path}"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
