using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Rerank.Contracts.Feedback;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Feedback;

/// <summary>
/// Which of the pipeline's routers is which: they are known by address, and ids by a number that is new at every start. They are asked for their numbers only when an id has one that nobody is
/// known to have, and once in a while at most: whoever makes ids up can't have them asked more often.
/// </summary>
internal sealed class PeerDirectory(TimeProvider time) : IDisposable
{
    /// <summary>Routers that are asked at the same time.</summary>
    public const int MaxAtOnce = 8;

    public static readonly TimeSpan LeastBetween = TimeSpan.FromSeconds(5);

    /// <summary>For the answers of all. Not the time of whoever made them be asked: a caller who hangs up must not leave the others with half of them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    private const int MaxAnswerBytes = 64;

    private readonly SemaphoreSlim _asking = new(1);
    private volatile Dictionary<uint, string> _known = [];
    private long? _askedAt;

    public void Dispose() => _asking.Dispose();

    /// <returns>Null: no router that can be reached has this number.</returns>
    public async Task<DestinationState?> FindAsync(ClusterState peers, uint router, CancellationToken cancellationToken)
    {
        if (Lookup(peers, router) is { } known)
            return known;

        await AskAsync(peers).WaitAsync(cancellationToken);
        return Lookup(peers, router);
    }

    private async Task AskAsync(ClusterState peers)
    {
        await _asking.WaitAsync(CancellationToken.None);
        try
        {
            if (_askedAt is not null && time.GetElapsedTime(_askedAt.Value) < LeastBetween)
                return;
            using var timeout = new CancellationTokenSource(Patience, time);
            var said = await AskAllAsync(peers, timeout.Token);

            // One that was only slow is still who it was.
            var there = peers.DestinationsState.AllDestinations.Select(peer => peer.DestinationId).ToHashSet(StringComparer.Ordinal);
            var nowOthers = said.Values.ToHashSet(StringComparer.Ordinal);
            _known = _known.Where(known => there.Contains(known.Value) && !nowOthers.Contains(known.Value) && !said.ContainsKey(known.Key)).Concat(said).ToDictionary();
            _askedAt = time.GetTimestamp();
        }
        finally
        {
            _asking.Release();
        }
    }

    private DestinationState? Lookup(ClusterState peers, uint router) =>
        _known.TryGetValue(router, out var id) ? peers.DestinationsState.AllDestinations.FirstOrDefault(peer => peer.DestinationId == id) : null;

    private static async Task<IReadOnlyDictionary<uint, string>> AskAllAsync(ClusterState peers, CancellationToken cancellationToken)
    {
        var known = new ConcurrentDictionary<uint, string>();
        await PeerCalls.ForAllAsync(peers, FeedbackApi.RouterPath, MaxAtOnce, async (peer, response, stop) =>
        {
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentLength is not <= MaxAnswerBytes)
                return false;
            var text = await response.Content.ReadAsStringAsync(stop);
            if (uint.TryParse(text.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var router))
                known[router] = peer.DestinationId;
            return false;
        }, cancellationToken);
        return known;
    }
}
