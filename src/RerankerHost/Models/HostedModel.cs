using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Models;

/// <summary>One model of the set: keeps trying to become ready in the background, then serves until it is retired.</summary>
#pragma warning disable CA1001 // The source holds no timer and no handle, and leases may outlive any moment at which it could be disposed.
internal sealed class HostedModel(ModelSpec spec, SourceCredential? credential, ModelActivation activation, Unloading unloading, TimeProvider time, ILogger logger)
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _retired = new();
    private ModelSpec _spec = spec;
    private SourceCredential? _credential = credential;
    private CancellationTokenSource? _attempt;
    private TaskCompletionSource _wake = NewWake();
    private ModelProgress _progress = ModelProgress.Pending;

    public ModelSpec Spec => Volatile.Read(ref _spec);

    /// <summary>Ends when the model is ready or retired.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public ModelStatus Status
    {
        get
        {
            var (spec, progress) = (Spec, Volatile.Read(ref _progress));
            return new ModelStatus
            {
                Name = spec.Name,
                Digest = spec.Digest,
                State = progress.State,
                Reason = progress.Reason,
                Message = progress.Message ?? (progress.Model?.Encoder is { PassedOver: { } reason } encoder ? $"runs on {encoder.ExecutionProvider}: {reason}" : null),
                SizeBytes = progress.SizeBytes,
                ExecutionProvider = progress.Model?.Encoder.ExecutionProvider,
            };
        }
    }

    /// <summary>Null: it isn't ready.</summary>
    public ICrossEncoder? Encoder => Volatile.Read(ref _progress).Model?.Encoder;

    public void Start() => Completion = Task.Run(RunAsync);

    /// <summary>The same content was asked for again. What changed about the way to get it counts at once.</summary>
    /// <param name="isNews">
    /// Whether it is in another set, so that one that failed is tried again. Who tells the same set again, however often, must not have it ask a server that has refused it.
    /// </param>
    public void Update(ModelSpec spec, SourceCredential? credential, bool isNews)
    {
        lock (_lock)
        {
            var changed = _credential != credential || _spec.Source != spec.Source;
            _credential = credential;
            Volatile.Write(ref _spec, spec);

            // Asynchronously: what waits for it must not run on under this lock.
            if (changed)
                _ = _attempt?.CancelAsync();
            if (changed || isNews)
                _wake.TrySetResult();
        }
    }

    /// <summary>Takes no new requests; the memory is freed when the last one that runs is done.</summary>
    public void Retire()
    {
        LoadedModel? loaded;
        lock (_lock)
        {
            if (_retired.IsCancellationRequested)
                return;
            _ = _retired.CancelAsync();
            loaded = _progress.Model;
            Volatile.Write(ref _progress, ModelProgress.Pending);
        }

        loaded?.Leave();
    }

    /// <param name="name">By which it was asked for; null: its own.</param>
    public ModelLease? TryLease(string? name = null)
    {
        var model = Volatile.Read(ref _progress).Model;
        return model is not null && model.TryEnter() ? new ModelLease(name ?? Spec.Name, Spec.Digest, model) : null;
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_retired.IsCancellationRequested)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_retired.Token);
            var (spec, credential, wake) = Begin(attempt);
            TimeSpan? delay;
            try
            {
                Publish(await activation.RunAsync(spec, () => Spec.Required, credential, Enter, attempt.Token));
                return;
            }
            catch (OperationCanceledException) when (attempt.IsCancellationRequested)
            {
                continue;
            }
            catch (ModelLoadException e)
            {
                Fail(e.Reason, e.Message);
                delay = RetryBackoff.Delay(e.Reason, ++failures);
            }
            catch (Exception e)
            {
                Log.ActivationFailed(logger, spec.Name, spec.Digest, e);
                Fail(ModelFailure.LoadFailed, e.Message);
                delay = RetryBackoff.Delay(ModelFailure.LoadFailed, ++failures);
            }
            finally
            {
                lock (_lock)
                    _attempt = null;
            }

            await WaitAsync(wake, delay);
        }
    }

    private (ModelSpec Spec, SourceCredential? Credential, Task Wake) Begin(CancellationTokenSource attempt)
    {
        lock (_lock)
        {
            _attempt = attempt;
            _wake = NewWake();
            return (_spec, _credential, _wake.Task);
        }
    }

    private async Task WaitAsync(Task wake, TimeSpan? delay)
    {
        try
        {
            await wake.WaitAsync(delay ?? Timeout.InfiniteTimeSpan, time, _retired.Token);
        }
        catch (TimeoutException)
        {
        }
        catch (OperationCanceledException) when (_retired.IsCancellationRequested)
        {
        }
    }

    private void Enter(ModelState state)
    {
        lock (_lock)
        {
            var opening = state is ModelState.Pending or ModelState.Downloading or ModelState.Verifying;
            if (!_retired.IsCancellationRequested && _progress.State != state && !(opening && _progress.HasFailed))
                Volatile.Write(ref _progress, new ModelProgress(state));
        }
    }

    private void Fail(string reason, string message)
    {
        var state = reason == ModelFailure.CredentialsMissing ? ModelState.WaitingForCredentials : ModelState.Failed;
        lock (_lock)
        {
            if (_progress.Reason != reason || _progress.Message != message)
                Log.Failed(logger, Spec.Name, Spec.Digest, reason, message);
            if (!_retired.IsCancellationRequested)
                Volatile.Write(ref _progress, new ModelProgress(state) { Reason = reason, Message = message });
        }
    }

    private void Publish(ActivatedModel activated)
    {
        lock (_lock)
        {
            if (!_retired.IsCancellationRequested)
            {
                Volatile.Write(ref _progress, new ModelProgress(ModelState.Ready) { SizeBytes = activated.SizeBytes, Model = new LoadedModel(activated, unloading) });
                Log.Ready(logger, Spec.Name, Spec.Digest, activated.Encoder.ExecutionProvider);
                if (activated.Encoder.PassedOver is { } reason)
                    Log.PassedOver(logger, Spec.Name, Spec.Digest, activated.Encoder.ExecutionProvider, reason);
                return;
            }
        }

        unloading.Add(activated);
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
