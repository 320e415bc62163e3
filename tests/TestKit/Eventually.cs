using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Xunit;
using Xunit.Sdk;

namespace Rerank.TestKit;

/// <summary>Waits for a state of the world by looking again and again, and fails at a deadline with what was wrong at the last look.</summary>
public static class Eventually
{
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static Task True(
        Func<bool> condition, CancellationToken cancellationToken, TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        Passes(() => Assert.True(condition(), expression), cancellationToken, deadline);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static Task True(
        Func<Task<bool>> condition, CancellationToken cancellationToken, TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        Passes(async () => Assert.True(await condition(), expression), cancellationToken, deadline);

    /// <summary>Waits until <paramref name="probe"/> returns something, and returns it.</summary>
    public static Task<T> NotNull<T>(
        Func<Task<T?>> probe, CancellationToken cancellationToken, TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(probe))] string expression = "")
        where T : class =>
        Passes(async () => await probe() ?? throw new XunitException($"still null: {expression}"), cancellationToken, deadline);

    /// <summary>Waits until <paramref name="assertions"/> throws nothing.</summary>
    public static Task Passes(Action assertions, CancellationToken cancellationToken, TimeSpan? deadline = null) =>
        Passes(
            () =>
            {
                assertions();
                return Task.CompletedTask;
            },
            cancellationToken,
            deadline);

    /// <summary>Waits until <paramref name="assertions"/> throws nothing.</summary>
    public static Task Passes(Func<Task> assertions, CancellationToken cancellationToken, TimeSpan? deadline = null) =>
        Passes(
            async () =>
            {
                await assertions();
                return true;
            },
            cancellationToken,
            deadline);

    /// <summary>Waits until <paramref name="assertions"/> throws nothing, and returns what it returns.</summary>
    public static async Task<T> Passes<T>(Func<Task<T>> assertions, CancellationToken cancellationToken, TimeSpan? deadline = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await assertions();
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                if (Stopwatch.GetElapsedTime(start) > (deadline ?? DefaultDeadline))
                {
                    ExceptionDispatchInfo.Throw(exception);
                }
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
