using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Rerank.Router.Routing;

/// <summary>
/// Hands clusters to YARP, and tells when YARP has them in force. YARP loads one configuration at a time and reports on it before it asks for
/// the next, so a report is about the one handed out last.
/// </summary>
internal sealed class TableConfigProvider : IProxyConfigProvider, IConfigChangeListener
{
    private Snapshot _current = new([]);
    private Snapshot? _loading;

    /// <summary>Replaces the clusters. Returns when new requests find them; throws what YARP has against them.</summary>
    public Task PublishAsync(IReadOnlyList<ClusterConfig> clusters)
    {
        var next = new Snapshot(clusters);
        var previous = Interlocked.Exchange(ref _current, next);
        previous.SignalChange();
        return next.Applied;
    }

    public IProxyConfig GetConfig()
    {
        var current = Volatile.Read(ref _current);
        Volatile.Write(ref _loading, current);
        return current;
    }

    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => Volatile.Read(ref _loading)?.End(null);

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => Volatile.Read(ref _loading)?.End(exception);

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) => Volatile.Read(ref _loading)?.End(exception);

    [SuppressMessage("Design", "CA1001", Justification = "The source has no timer and no handle, and YARP may look at its token at any time.")]
    private sealed class Snapshot : IProxyConfig
    {
        private readonly CancellationTokenSource _change = new();
        private readonly TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Snapshot(IReadOnlyList<ClusterConfig> clusters)
        {
            Clusters = clusters;
            ChangeToken = new CancellationChangeToken(_change.Token);
        }

        public IReadOnlyList<RouteConfig> Routes => [];

        public IReadOnlyList<ClusterConfig> Clusters { get; }

        public IChangeToken ChangeToken { get; }

        public Task Applied => _applied.Task;

        public void SignalChange() => _change.Cancel();

        public void End(Exception? failure)
        {
            if (failure is null)
                _applied.TrySetResult();
            else
                _applied.TrySetException(failure);
        }
    }
}
