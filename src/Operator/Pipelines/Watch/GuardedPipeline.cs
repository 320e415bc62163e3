using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines.Watch;

/// <summary>What the guard knows of one pipeline. Its evidence goes on from look to look, and reconciles judge by it too.</summary>
internal sealed class GuardedPipeline(LastAnswers last, GuardedTrial trial)
{
    // Counters only rise, so that the last ones of a router that is silent still count.
    private static readonly TimeSpan OldestCounters = TimeSpan.FromMinutes(1);

    // A reconcile that is under way gives its tables the next numbers. What is held must not be taken for one of them.
    private const int BeyondReconciles = 100;

    private readonly Lock _lock = new();
    private readonly HashSet<ProcessKey> _beingHeld = [];

    // Read without the lock, by those who must not wait for a judgement that is under way.
    private volatile GuardedTrial _trial = trial;
    private volatile EvidenceLedger? _ledger;
    private volatile Problem? _harm;
    private RoutingTable? _held;

    public GuardedTrial Trial => _trial;

    /// <summary>What was read of this try; null before the first look.</summary>
    public EvidenceLedger? Ledger => _ledger;

    /// <summary>Why its traffic is to be taken away; null when it isn't.</summary>
    public Problem? Harm => _harm;

    public void Follow(GuardedTrial now)
    {
        lock (_lock)
        {
            if (!now.IsSameTryAs(_trial))
                (_ledger, _harm) = (null, null);
            if (now.Table?.Generation != _trial.Table?.Generation)
                _held = null;
            _trial = now;
        }
    }

    /// <param name="newest">The pipeline as it is now, if that is known: directives and limits are what was asked for last.</param>
    /// <returns>What harm was found, if there was none before.</returns>
    public Problem? Judge(RerankPipeline? newest, DateTimeOffset now)
    {
        lock (_lock)
        {
            var known = _trial.Observed;
            var observed = known with
            {
                Pipeline = newest?.Metadata.Uid == known.Pipeline.Metadata.Uid ? newest : known.Pipeline,
                Pods = [.. known.Pods.Select(AsToldLast)],
                Ledgers = _ledger is null ? known.Ledgers : new Dictionary<string, EvidenceLedger> { [_trial.Judged.Name] = _ledger },
            };
            var before = _harm;
            (_harm, _ledger) = GuardJudge.Judge(observed, _trial.Roles, _trial.Judged, now);
            return before is null ? _harm : null;
        }
    }

    /// <summary>The routers that still send requests to what does harm, with what they shall be told. Each is given out once, until <see cref="Held"/>.</summary>
    /// <param name="own">
    /// When another process may lead by now, as when the API server is away for long: what this one has pushed. Traffic is taken away all the same, until a router has a table that isn't of this
    /// process: then another one leads, and decides.
    /// </param>
    public IReadOnlyList<(ProcessKey Router, RoutingTable Table)> TakeAway(PushedTables? own)
    {
        lock (_lock)
        {
            if (_harm is null || _trial.Table is not { } stored)
                return [];
            var told = _trial.Routers
                .Select(router => (Router: router, Status: last.Of<RouterStatus>(router, OldestCounters)))
                .Where(r => r.Status is not null)
                .ToList();
            var newest = told.Select(r => r.Status!.Generation).Append(stored.Generation).Max();
            if (own?.MayBeOwn(stored, newest) == false)
                return [];
            var taken = new List<(ProcessKey, RoutingTable)>();
            foreach (var (router, status) in told)
            {
                if (TableFor(stored, newest, status!) is { } table && _beingHeld.Add(router))
                    taken.Add((router, table));
            }

            return taken;
        }
    }

    /// <summary>The router has been told, or couldn't be.</summary>
    public void Held(ProcessKey router)
    {
        lock (_lock)
            _beingHeld.Remove(router);
    }

    // All get the same table.
    private RoutingTable? TableFor(RoutingTable stored, long newest, RouterStatus router)
    {
        var without = stored with { Candidate = null, Generation = newest + BeyondReconciles };
        if (Exposure.Hold(stored, without, router) is not { } table)
            return null;
        return _held = _held is { } held && newest <= held.Generation && router.Generation < held.Generation ? held : table;
    }

    private ObservedPod AsToldLast(ObservedPod pod) => pod is { Router: { } report, RouterKey: { } key }
        ? pod with { Router = report with { Status = last.Of<RouterStatus>(key, OldestCounters) } }
        : pod;
}
