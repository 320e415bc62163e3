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
    private int _failedReloads;

    public ModelSpec Spec => Volatile.Read(ref _spec);

    /// <summary>How often in a row it could not be loaded again since it broke; 0: it isn't broken.</summary>
    public int FailedReloads => Volatile.Read(ref _failedReloads);

    /// <summary>Ends when the model is retired, or nothing that this process can do makes it ready.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public ModelStatus Status
    {
        get
        {
            var (spec, progress) = (Spec, Volatile.Read(ref _progress));
            if (progress.Model?.Runs is { Hangs: true } runs)
                progress = HangingSince(runs.Longest);
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
        return model is not null && !model.Runs.Hangs && model.TryEnter() ? new ModelLease(name ?? Spec.Name, Spec.Digest, model) : null;
    }

    private async Task RunAsync()
    {
        var failures = 0;
        ExecutionProvider? brokeOn = null;
        while (!_retired.IsCancellationRequested)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_retired.Token);
            var (spec, credential, wake) = Begin(attempt);
            TimeSpan? delay;
            try
            {
                var activated = await activation.RunAsync(spec, () => Spec.Required, credential, Enter, attempt.Token);
                CheckProvider(activated, brokeOn);
                Publish(activated);
                brokeOn = activated.Encoder.ExecutionProvider;
                var ready = time.GetTimestamp();
                var reason = await activated.Runs.Broken.WaitAsync(_retired.Token);
                failures = time.GetElapsedTime(ready) > RetryBackoff.Longest ? 1 : failures + 1;
                wake = Break(reason);
                delay = RetryBackoff.Delay(ModelFailure.RunsFail, failures);
            }
            catch (OperationCanceledException) when (_retired.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException) when (attempt.IsCancellationRequested)
            {
                continue;
            }
            catch (ModelLoadException e)
            {
                Fail(e.Reason, e.Message);
                delay = NextDelay(e.Reason, ++failures, brokeOn is not null);
            }
            catch (Exception e)
            {
                Log.ActivationFailed(logger, spec.Name, spec.Digest, e);
                Fail(ModelFailure.LoadFailed, e.Message);
                delay = NextDelay(ModelFailure.LoadFailed, ++failures, brokeOn is not null);
            }
            finally
            {
                lock (_lock)
                    _attempt = null;
            }

            await WaitAsync(wake, delay);
        }
    }

    /// <summary>A model that has served here before is tried again whatever is wrong: its files are the same, and what changed is what runs it.</summary>
    private TimeSpan? NextDelay(string reason, int failures, bool hasServed)
    {
        if (hasServed && RetryBackoff.IsOfLoading(reason))
            Interlocked.Increment(ref _failedReloads);
        return RetryBackoff.Delay(reason, failures) ?? (hasServed ? RetryBackoff.Delay(ModelFailure.LoadFailed, failures) : null);
    }

    /// <summary>Where its GPU is lost a model would go on on the CPU, many times slower than its callers expect, and nobody would mend what is broken.</summary>
    private static void CheckProvider(ActivatedModel activated, ExecutionProvider? before)
    {
        var now = activated.Encoder.ExecutionProvider;
        if (before is null || now == before)
            return;
        var why = activated.Encoder.PassedOver;
        activated.Dispose();
        throw new ModelLoadException(ModelFailure.ProviderUnavailable, $"its runs on {before} failed, and now only {now} works{(why is null ? "" : $": {why}")}");
    }

    private static ModelProgress HangingSince(TimeSpan time) => new(ModelState.Failed)
    {
        Reason = ModelFailure.RunHangs,
        Message = $"a run of the model has not ended for {time.TotalSeconds:0} s; if it doesn't, the process is ended",
    };

    /// <summary>Takes the model out, as one that has failed.</summary>
    /// <returns>Ends when it should be tried again at once.</returns>
    private Task Break(string reason)
    {
        LoadedModel? loaded;
        Task wake;
        lock (_lock)
        {
            loaded = _progress.Model;
            Fail(ModelFailure.RunsFail, reason);
            _wake = NewWake();
            wake = _wake.Task;
            if (_retired.IsCancellationRequested)
                return wake;
        }

        loaded?.Leave();
        return wake;
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
                Volatile.Write(ref _failedReloads, 0);
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
