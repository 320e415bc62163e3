using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Tests.Models;

public sealed class LoadGateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_SomeWait_RequiredOnesGoFirstAndOneAtATime()
    {
        var gate = new LoadGate();
        var order = new List<string>();
        var first = await gate.EnterAsync(() => false, Stop);
        Task[] waiting = [Load("candidate", false), Load("other", false), Load("stable", true), Load("replaced", true)];

        first.Dispose();
        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(["stable", "replaced", "candidate", "other"], order);
        (await gate.EnterAsync(() => false, Stop)).Dispose();

        async Task Load(string name, bool isRequired)
        {
            using var turn = await gate.EnterAsync(() => isRequired, Stop);
            lock (order)
                order.Add(name);
        }
    }

    [Fact]
    public async Task Enter_BecomesRequiredWhileItWaits_GoesFirst()
    {
        var gate = new LoadGate();
        var (order, isPromoted) = (new List<string>(), false);
        var first = await gate.EnterAsync(() => true, Stop);
        Task[] waiting = [Load("candidate", () => false), Load("promoted", () => isPromoted)];

        isPromoted = true;
        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(["promoted", "candidate"], order);

        async Task Load(string name, Func<bool> isRequired)
        {
            using var turn = await gate.EnterAsync(isRequired, Stop);
            lock (order)
                order.Add(name);
        }
    }

    [Fact]
    public async Task Enter_CancelledWhileItWaits_KeepsNobodyWaiting()
    {
        var gate = new LoadGate();
        var first = await gate.EnterAsync(() => true, Stop);
        using var cancel = new CancellationTokenSource();
        var cancelled = gate.EnterAsync(() => true, cancel.Token);
        var next = gate.EnterAsync(() => false, Stop);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(next.IsCompleted);
        first.Dispose();

        (await next).Dispose();
    }

    [Fact]
    public async Task Enter_CancelledAsItsTurnComes_NeverLosesTheTurn()
    {
        var gate = new LoadGate();
        for (var round = 0; round < 500; round++)
        {
            var first = await gate.EnterAsync(() => true, Stop);
            using var cancel = new CancellationTokenSource();
            var second = gate.EnterAsync(() => true, cancel.Token);
            await Task.WhenAll(Task.Run(first.Dispose, Stop), Task.Run(cancel.Cancel, Stop));
            try
            {
                (await second).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Either is right.
            }
        }

        (await gate.EnterAsync(() => false, Stop).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Stop)).Dispose();
    }
}
