using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Router.Admin;
using Rerank.Router.Trials;
using Yarp.ReverseProxy.Configuration;

namespace Rerank.Router.Routing;

/// <summary>The routing table in force, and how another one replaces it: all or nothing, and only when YARP knows the new clusters.</summary>
internal sealed class TableStore(
    TableConfigProvider provider, ServingTableBuilder builder, StatusVersion version, RouterOptions options, TimeProvider time, IDice dice, ILogger<TableStore> logger)
    : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private volatile ServingTable? _current;

    // The clusters that YARP has; null when that isn't known.
    private IReadOnlyList<ClusterConfig>? _published;

    // How often it was given some: only what comes of the last says what it has.
    private int _publications;

    // The newest generation that gives a candidate nothing, whether or not it is in force yet.
    private long _closedBy;

    // Outlives tables without a candidate: should the same try come back, its trip still stands and its counters still only rise.
    private Trial? _trial;

    /// <summary>Null before the first table.</summary>
    public ServingTable? Current => _current;

    /// <summary>What callers are told as long as there is none.</summary>
    public static RequestError Missing { get; } = new(RequestErrorKind.Unavailable, "the router has no routing table yet", RetryAfterSeconds: 1);

    /// <exception cref="RequestException">There is none yet.</exception>
    public ServingTable Require() => _current ?? throw new RequestException(Missing);

    /// <summary>Whether the table in force still is about this try of this candidate.</summary>
    public bool IsRunning(Trial? trial) => trial is not null && ReferenceEquals(_current?.Trial, trial);

    /// <param name="pushed">
    /// Whether the operator vouches for it now, and can be told what is wrong. One that is mounted comes into force without its candidate when only that is wrong: what serves
    /// must not depend on what is tried out.
    /// </param>
    public async Task<TableOutcome> ApplyAsync(RoutingTable table, bool pushed, CancellationToken cancellationToken)
    {
        var outcome = await ApplyWholeAsync(table, pushed, cancellationToken);
        if (pushed || table.Candidate is null || outcome.Error is not { } error || !error.StartsWith(AdminProtocol.OfCandidate, StringComparison.Ordinal))
            return outcome;

        Log.CandidateLeftOut(logger, table.Generation, error);
        return await ApplyWholeAsync(table with { Candidate = null }, pushed, cancellationToken);
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<TableOutcome> ApplyWholeAsync(RoutingTable table, bool pushed, CancellationToken cancellationToken)
    {
        if (RoutingTableRules.FirstError(table) is { } error)
            return TableOutcome.Invalid(error);
        if (pushed)
            TakeAway(table);

        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var current = _current;
            if (current is not null && table.Generation <= current.Table.Generation)
            {
                var outcome = Compare(table, current.Table);
                if (outcome.Error is null && pushed && !current.Confirmed)
                {
                    current.Confirm();
                    version.Raise();
                }

                return outcome;
            }

            try
            {
                // Not to be torn by a caller who hangs up: YARP would have clusters that no table in force goes with.
                // What is mounted comes before the first request and may take its time: nobody would offer it again.
                await PublishAsync(ClusterConfigs.From(table, options), pushed ? options.PublishPatience : Timeout.InfiniteTimeSpan);
                var trial = TrialOf(table.Candidate);
                PutInForce(builder.Build(table, current, trial, pushed));
                _trial = trial ?? _trial;
                version.Raise();
            }
            catch (Exception e) when (IsFailure(e))
            {
                Log.TableFailed(logger, e, table.Generation);
                Restore(current);
                return TableOutcome.Invalid(e is InsufficientMemoryException ? e.Message : $"clusters: {e.Message}");
            }

            Log.TableInForce(logger, table.Generation, table.Pipeline, table.Stable.Revision);
            return TableOutcome.InForce;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private void PutInForce(ServingTable next)
    {
        WithdrawIfClosed();
        _current = next;

        // Once more: whoever took the candidate's traffic away in between has seen the table before.
        WithdrawIfClosed();

        void WithdrawIfClosed()
        {
            if (next.Table.Generation < Interlocked.Read(ref _closedBy))
                next.Withdraw();
        }
    }

    private static bool IsFailure(Exception e) => e is AggregateException or InvalidOperationException or InsufficientMemoryException or TimeoutException;

    /// <summary>
    /// A table that gives the candidate nothing takes effect in that at once: not after what comes before it, nor only when YARP has taken its clusters. After a configuration that it could
    /// not load, YARP listens for none for minutes.
    /// </summary>
    private void TakeAway(RoutingTable table)
    {
        // One that makes the candidate stable takes nothing away from it.
        if (table.Candidate is { TrafficPermille: > 0 } || (_current?.Candidate is { } promoted && promoted.Revision == table.Stable.Revision))
            return;
        for (var known = Interlocked.Read(ref _closedBy); known < table.Generation;)
        {
            var seen = Interlocked.CompareExchange(ref _closedBy, table.Generation, known);
            if (seen == known)
                break;
            known = seen;
        }

        if (_current is not { OpenCandidate: not null } current || current.Table.Generation >= table.Generation)
            return;
        current.Withdraw();
        version.Raise();
    }

    /// <summary>Nothing to do for YARP when only what the router itself makes of the clusters changes, such as a weight.</summary>
    /// <exception cref="TimeoutException">YARP doesn't take them.</exception>
    private async Task PublishAsync(IReadOnlyList<ClusterConfig> clusters, TimeSpan patience)
    {
        if (_published is { } known && known.SequenceEqual(clusters))
            return;
        try
        {
            await BeginPublishing(clusters).WaitAsync(patience, time);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"they were not taken within {patience.TotalSeconds:0.#} s", e);
        }

        _published = clusters;
    }

    private Task BeginPublishing(IReadOnlyList<ClusterConfig> clusters)
    {
        _published = null;
        _publications++;
        return provider.PublishAsync(clusters);
    }

    /// <summary>
    /// What YARP has loaded by the next time that it listens is what is in force. Whoever pushed is answered without waiting for that: the refusal must reach it in time.
    /// </summary>
    private void Restore(ServingTable? current)
    {
        var clusters = current is null ? [] : ClusterConfigs.From(current.Table, options);
        _ = FinishAsync(BeginPublishing(clusters), _publications);

        async Task FinishAsync(Task published, int publication)
        {
            try
            {
                await published;
                await _oneAtATime.WaitAsync();
            }
            catch (Exception e) when (IsFailure(e) || e is ObjectDisposedException)
            {
                Log.ClustersNotRestored(logger, e.Message);
                return;
            }

            try
            {
                if (publication != _publications)
                    return;
                _published = clusters;

                // YARP may have taken the others meanwhile, and makes a cluster that comes back anew: what the table in force holds would never be looked up again.
                if (current is not null)
                    PutInForce(builder.Build(current.Table, current, current.Trial, current.Confirmed));
                version.Raise();
            }
            catch (Exception e) when (IsFailure(e))
            {
                Log.ClustersNotRestored(logger, e.Message);
            }
            finally
            {
                _oneAtATime.Release();
            }
        }
    }

    private static TableOutcome Compare(RoutingTable offered, RoutingTable inForce)
    {
        if (offered.Generation < inForce.Generation)
            return TableOutcome.Conflict($"generation {offered.Generation} is older than {inForce.Generation}, which is in force", inForce.Generation);

        // Records compare lists by reference, so their JSON is compared.
        var equal = JsonSerializer.SerializeToUtf8Bytes(offered, ContractsJson.Default.RoutingTable).AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(inForce, ContractsJson.Default.RoutingTable));
        return equal
            ? TableOutcome.InForce
            : TableOutcome.Conflict($"generation {offered.Generation} is in force with other content", inForce.Generation);
    }

    private Trial? TrialOf(CandidateArm? candidate)
    {
        if (candidate is null)
            return null;

        var trial = _trial?.IsOf(candidate) == true ? _trial : new Trial(candidate.Arm.Revision, candidate.Attempt, time, dice);
        trial.Take(candidate);
        return trial;
    }
}
