using System.Text.Json.Serialization.Metadata;
using k8s.Models;
using Microsoft.Extensions.Options;
using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;

namespace Rerank.Operator.Pipelines;

/// <summary>Asks the processes in pods what they do. Those that are slow are not waited for; what they say late is there for the next look.</summary>
internal sealed class PodStatusReader(AdminClient admin, RouterStatuses routers, LastAnswers last, IOptions<OperatorOptions> options, TimeProvider time)
    : IDisposable
{
    private const int MostAtOnce = 256;

    // Said so late that the look before had ended.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1.5);

    private readonly SemaphoreSlim _places = new(MostAtOnce);

    public async Task<IReadOnlyList<ObservedPod>> ReadAsync(IReadOnlyList<V1Pod> pods, AdminToken token, CancellationToken cancellationToken)
    {
        var asked = pods.Select(pod => Ask(pod, token, cancellationToken)).ToList();
        await Look.WaitAsync([.. asked.SelectMany(a => a.Tasks)], options.Value.StatusTimeout, time, cancellationToken);
        var told = new List<ObservedPod>(asked.Count);
        foreach (var pod in asked)
            told.Add(await ToldAsync(pod));
        return told;
    }

    public void Dispose() => _places.Dispose();

    private Asked Ask(V1Pod pod, AdminToken token, CancellationToken cancellationToken)
    {
        var component = pod.GetLabel(Labels.Component) ?? "";
        return new(
            pod,
            component,
            component == Labels.RouterComponent ? Ask(pod, PodPorts.Admin, key => routers.ReadAsync(key, token, cancellationToken), cancellationToken) : null,
            HostPorts(pod, component).ToDictionary(
                host => host.Name, host => Ask(pod, host.Port, key => HostAsync(key, token, WireJson.Default.HostStatus, cancellationToken), cancellationToken)));
    }

    private async Task<ObservedPod> ToldAsync(Asked asked)
    {
        var hosts = new Dictionary<string, ProcessReport<HostStatus>>(asked.Hosts.Count);
        foreach (var (name, host) in asked.Hosts)
            hosts[name] = await ToldAsync(host);
        return new() { Pod = asked.Pod, Component = asked.Component, Router = asked.Router is null ? null : await ToldAsync(asked.Router), Hosts = hosts };
    }

    private static IEnumerable<(string Name, string Port)> HostPorts(V1Pod pod, string component)
    {
        if (component != Labels.RouterComponent)
            return [(component, PodPorts.Admin)];
        return pod.Spec.Containers.Select(c => HostContainer.TierOfSidecar(c.Name)).OfType<string>().Select(tier => (tier, PodPorts.SidecarAdmin(tier)));
    }

    private Asked<TStatus> Ask<TStatus>(V1Pod pod, string port, Func<ProcessKey, Task<AdminAnswer<TStatus>>> ask, CancellationToken cancellationToken)
        where TStatus : class
    {
        if (!PodPorts.TryGetAddress(pod, port, out var address))
            return new(null, Task.FromResult(new AdminAnswer<TStatus>(null, "it has no address yet")));
        var process = new ProcessKey(pod.Uid() ?? "", address);
        return new(process, InPlaceAsync());

        async Task<AdminAnswer<TStatus>> InPlaceAsync()
        {
            await _places.WaitAsync(cancellationToken);
            try
            {
                return await ask(process);
            }
            finally
            {
                _places.Release();
            }
        }
    }

    private async Task<AdminAnswer<TStatus>> HostAsync<TStatus>(ProcessKey process, AdminToken token, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        var answer = await admin.GetStatusAsync(process.Address, token, type, cancellationToken);
        if (answer.Status is not null)
            last.Learn(process, answer.Status);
        return answer;
    }

    private async Task<ProcessReport<TStatus>> ToldAsync<TStatus>(Asked<TStatus> asked)
        where TStatus : class
    {
        if (asked.Process is not { } process)
            return new(null, null, (await asked.Answer).Problem);
        var answer = asked.Answer.IsCompleted
            ? await asked.Answer
            : last.Of<TStatus>(process, Late) is { } late ? new(late, null) : new(null, "no answer yet");
        return new(process.Address, answer.Status, answer.Problem)
        {
            LastGood = answer.Status is null ? last.Of<TStatus>(process, ProcessReport.Bearable) : null,
        };
    }

    private sealed record Asked<TStatus>(ProcessKey? Process, Task<AdminAnswer<TStatus>> Answer)
        where TStatus : class;

    private sealed record Asked(V1Pod Pod, string Component, Asked<RouterStatus>? Router, Dictionary<string, Asked<HostStatus>> Hosts)
    {
        public IEnumerable<Task> Tasks => Router is null ? Hosts.Values.Select(h => h.Answer) : Hosts.Values.Select(Task (h) => h.Answer).Append(Router.Answer);
    }
}
