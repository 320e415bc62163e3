using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Evidence;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.EndToEnd.Tests.Cluster;

namespace Rerank.EndToEnd.Tests.Canary;

/// <summary>Asks every router and every pool host of a pipeline many times a second what is in force, and keeps the answers.</summary>
internal sealed class RolloutWatch : IAsyncDisposable
{
    private const int AdminPort = 9090;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(40);

    private readonly List<PortForward> _ports = [];
    private readonly List<Observed<RouterStatus>> _routers = [];
    private readonly List<Observed<HostStatus>> _hosts = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public static async Task<RolloutWatch> StartAsync(Kubectl kubectl, string pipeline)
    {
        var watch = new RolloutWatch();
        var secret = await kubectl.GetAsync("secret", $"{pipeline}-admin");
        var token = Encoding.ASCII.GetString(Convert.FromBase64String((string)secret["data"]!["token"]!)).Trim();
        var watched = new List<Task>();
        foreach (var pod in await kubectl.ListAsync("pods", $"rerank.dev/pipeline={pipeline}"))
        {
            var name = (string)pod!["metadata"]!["name"]!;
            var port = await PortForward.StartAsync(kubectl, name, AdminPort);
            watch._ports.Add(port);
            watched.Add((string?)pod["metadata"]!["labels"]!["app.kubernetes.io/component"] == "router"
                ? watch.WatchAsync(name, port.Address, token, WireJson.Default.RouterStatus, watch._routers)
                : watch.WatchAsync(name, port.Address, token, WireJson.Default.HostStatus, watch._hosts));
        }

        watch._watching = Task.WhenAll(watched);
        return watch;
    }

    /// <summary>When the first router took the candidate's traffic away by itself; null when none did.</summary>
    public Trip? Trip(string revision) => Of(revision).Select(seen => seen.Candidate.Trip).OfType<Trip>().MinBy(trip => trip.Time);

    /// <summary>From when on no router was seen to send the revision anything, having done so before; null when none ever did.</summary>
    public DateTimeOffset? LeftBy(string revision)
    {
        var last = Of(revision).Where(seen => seen.Candidate.TrafficPermille > 0).GroupBy(seen => seen.Pod).Select(router => router.Last());
        return last.Select(seen => Routers(seen.Pod).First(next => next.Time > seen.Time).Time).Cast<DateTimeOffset?>().Max();
    }

    /// <summary>Process ids of each pod, in the order in which they were seen.</summary>
    public IEnumerable<string> Processes()
    {
        lock (_routers)
        {
            lock (_hosts)
            {
                return [.. _routers.Select(seen => $"{seen.Pod} {seen.Status.ProcessId}").Concat(_hosts.Select(seen => $"{seen.Pod} {seen.Status.ProcessId}")).Distinct()];
            }
        }
    }

    /// <summary>When each host's models were last seen not to be ready: after that moment nothing was loaded.</summary>
    public DateTimeOffset? LastLoading(params string[] models)
    {
        lock (_hosts)
        {
            return _hosts.Where(seen => seen.Status.Models.Any(model => models.Contains(model.Name) && model.State != ModelState.Ready))
                .Select(seen => (DateTimeOffset?)seen.Time).Max();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        foreach (var port in _ports)
            await port.DisposeAsync();
        _stop.Dispose();
    }

    private List<(string Pod, DateTimeOffset Time, CandidateStatus Candidate)> Of(string revision)
    {
        lock (_routers)
        {
            return [.. _routers.Where(seen => seen.Status.Candidate?.Revision == revision).Select(seen => (seen.Pod, seen.Time, seen.Status.Candidate!))];
        }
    }

    private List<Observed<RouterStatus>> Routers(string pod)
    {
        lock (_routers)
        {
            return [.. _routers.Where(seen => seen.Pod == pod)];
        }
    }

    private async Task WatchAsync<T>(string pod, Uri address, string token, JsonTypeInfo<T> type, List<Observed<T>> observed)
    {
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var timer = new PeriodicTimer(Period, TimeProvider.System);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var status = await client.GetFromJsonAsync(AdminProtocol.StatusPath, type, _stop.Token);
                lock (observed)
                    observed.Add(new(pod, TimeProvider.System.GetUtcNow(), status!));
                await timer.WaitForNextTickAsync(_stop.Token);
            }
            catch (HttpRequestException)
            {
                // A pod that has gone; who asks for it finds that nothing was seen.
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <param name="Time">When the answer had come.</param>
    private sealed record Observed<T>(string Pod, DateTimeOffset Time, T Status);
}
