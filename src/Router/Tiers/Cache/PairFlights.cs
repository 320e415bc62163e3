using System.Collections.Concurrent;

namespace Rerank.Router.Tiers.Cache;

/// <summary>Pairs that some request is having scored right now, so that others with the same pair wait for it instead of asking again.</summary>
internal sealed class PairFlights
{
    private readonly ConcurrentDictionary<PairKey, TaskCompletionSource<ScoredPair?>> _flights = new();

    /// <summary>Null when the caller has the pair now, and must end it with <see cref="End"/>; else what another caller will get, null when it fails.</summary>
    public Task<ScoredPair?>? Begin(in PairKey key)
    {
        var mine = new TaskCompletionSource<ScoredPair?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var flight = _flights.GetOrAdd(key, mine);
        return flight == mine ? null : flight.Task;
    }

    /// <param name="score">Null: it failed, and whoever waits has to ask for itself.</param>
    public void End(in PairKey key, ScoredPair? score)
    {
        if (_flights.TryRemove(key, out var flight))
            flight.SetResult(score);
    }
}
