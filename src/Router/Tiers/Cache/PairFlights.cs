using System.Collections.Concurrent;

namespace Rerank.Router.Tiers.Cache;

/// <summary>
/// Single flight: pairs that some request is having scored right now, so that others with the same pair wait for it instead of asking again. By cluster, lest hosts of a candidate keep
/// requests waiting that stable's hosts would answer.
/// </summary>
internal sealed class PairFlights
{
    private readonly ConcurrentDictionary<(string Cluster, PairKey Key), Flight> _flights = new();

    /// <param name="priority">A flight that is less urgent isn't joined: it waits behind others.</param>
    public Boarding Begin(string cluster, in PairKey key, int priority)
    {
        var mine = new Flight(priority);
        var flight = _flights.GetOrAdd((cluster, key), mine);
        return flight == mine ? new(IsMine: true, null) : new(IsMine: false, flight.Priority <= priority ? flight.Task : null);
    }

    /// <param name="score">Null: it failed, and whoever waits has to ask for itself.</param>
    public void End(string cluster, in PairKey key, ScoredPair? score)
    {
        if (_flights.TryRemove((cluster, key), out var flight))
            flight.SetResult(score);
    }

    private sealed class Flight(int priority) : TaskCompletionSource<ScoredPair?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Priority => priority;
    }
}

/// <param name="IsMine">Whoever began has the pair scored now, and must say how that ends.</param>
/// <param name="Others">What another request will get, null when it fails; without one the pair is asked for, and nobody is told.</param>
internal readonly record struct Boarding(bool IsMine, Task<ScoredPair?>? Others);
