using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Tests.World;

namespace Rerank.Faults.Tests.Faults;

/// <summary>What every request of one operator process goes through, on its way to the API server or to a router or host.</summary>
internal sealed class FaultGate(FaultPlan plan, Journal journal, FakeTimeProvider time)
{
    private volatile bool _isDead;

    /// <summary>Whether the process has died: nothing gets out of it any more.</summary>
    public bool IsDead => _isDead;

    public void Kill() => _isDead = true;

    /// <param name="body">What is sent, for the journal.</param>
    /// <param name="act">Does it.</param>
    /// <param name="refuse">Answers as a server that refuses.</param>
    /// <param name="effect">What came of it.</param>
    public async Task<T> PassAsync<T>(Call call, JsonObject? body, Func<Task<T>> act, Func<Fault.Refusal, T> refuse, Func<T, Effect> effect)
    {
        ThrowIfDead();
        journal.Requested();
        var fault = plan.Of(call);
        switch (fault)
        {
            case Fault.LostRequest:
                throw new HttpRequestException($"{call}: the connection was reset");
            case Fault.Refusal refusal:
                return refuse(refusal);
            case Fault.Slow slow:
                time.Advance(slow.By);
                break;
            case Fault.Meanwhile meanwhile:
                await meanwhile.What();
                ThrowIfDead();
                break;
        }

        var result = call.IsWrite ? await journal.WriteAsync(call, body, act, effect) : await act();
        if (fault is Fault.Crash)
            Kill();
        ThrowIfDead();
        return fault is Fault.LostAnswer ? throw new HttpRequestException($"{call}: no answer") : result;
    }

    private void ThrowIfDead()
    {
        if (_isDead)
            throw new CrashException();
    }
}
