using Rerank.Contracts;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;
using Rerank.Operator.Api;
using Rerank.Operator.Names;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Runtime.Leadership;

namespace Rerank.Operator.Pipelines;

/// <summary>Tells every process that doesn't follow yet, and takes its answer for its new status.</summary>
internal sealed class DocumentPusher(AdminClient admin, LastAnswers last, PushedTables pushed, LeaseFence lease)
{
    public Task<IReadOnlyList<ObservedPod>> PushAsync(
        Observation observed, DesiredDocuments documents, AdminToken token, CancellationToken cancellationToken) =>
        AtOnce.CallAsync(observed.Pods, (pod, ct) => PushAsync(pod, observed, documents, token, ct), cancellationToken);

    /// <summary>
    /// For when what is asked for could not be stored: only takes requests away from the candidate, which does no harm however it goes on. Under an expired lease another process may
    /// be giving more by right, so that only harm takes anything away then, which is the guard's.
    /// </summary>
    public Task<IReadOnlyList<ObservedPod>> HoldAsync(
        Observation observed, DesiredDocuments documents, AdminToken token, CancellationToken cancellationToken) =>
        AtOnce.CallAsync(
            observed.Pods,
            async (pod, ct) => lease.IsHeld && pod.Router is { Status: { } status } router && Exposure.Hold(observed.Documents.Table, documents.Table, status) is { } table
                ? pod with { Router = await PushAsync(pod, router, table, token, ct) }
                : pod,
            cancellationToken);

    private async Task<ObservedPod> PushAsync(
        ObservedPod pod, Observation observed, DesiredDocuments documents, AdminToken token, CancellationToken cancellationToken)
    {
        var placement = pod.Component == Labels.RouterComponent ? Placement.Sidecar : Placement.Pool;
        // Models before routes: what is asked for next should be there.
        var hosts = new Dictionary<string, ProcessReport<HostStatus>>(pod.Hosts.Count);
        foreach (var (host, report) in pod.Hosts)
            hosts[host] = await PushAsync(pod, report, documents.Set(host, placement), observed.Credentials, token, cancellationToken);
        var router = pod.Router is null ? null : await PushAsync(pod, pod.Router, documents.Table, token, cancellationToken);
        return pod with { Hosts = hosts, Router = router };
    }

    private async Task<ProcessReport<RouterStatus>> PushAsync(
        ObservedPod pod, ProcessReport<RouterStatus> router, RoutingTable? table, AdminToken token, CancellationToken cancellationToken)
    {
        // A process that didn't answer a moment ago is left for the next time.
        if (table is null || router is not { Address: not null, Status: { } status } || (status.Generation == table.Generation && status.Confirmed))
            return router;
        pushed.Pushed(table);
        var answer = await admin.PutDesiredAsync(
            router.Address, token, table, ContractsJson.Default.RoutingTable, WireJson.Default.RouterStatus, cancellationToken);
        return Told(pod, router, answer) with { Refusal = answer.IsRefusal ? new(table.Generation, answer.Problem!) : null };
    }

    private async Task<ProcessReport<HostStatus>> PushAsync(
        ObservedPod pod, ProcessReport<HostStatus> host, ModelSet? set, ModelCredentials credentials, AdminToken token, CancellationToken cancellationToken)
    {
        if (set is null || host is not { Address: not null, Status: { } status })
            return host;
        var secrets = credentials.Found.Where(c => set.Models.Any(m => m.Name == c.Key)).ToDictionary();
        if (status.Generation == set.Generation && !status.Models.Any(m => LacksCredential(m, secrets)))
            return host;
        var document = secrets.Count == 0 ? set : set with { Credentials = secrets };
        var answer = await admin.PutDesiredAsync(
            host.Address, token, document, ContractsJson.Default.ModelSet, WireJson.Default.HostStatus, cancellationToken);
        return Told(pod, host, answer);
    }

    private ProcessReport<TStatus> Told<TStatus>(ObservedPod pod, ProcessReport<TStatus> process, AdminAnswer<TStatus> answer)
        where TStatus : class
    {
        if (answer.Status is null)
            return process with { Problem = answer.Problem };
        last.Learn(pod.KeyOf(process.Address)!, answer.Status);
        return process with { Status = answer.Status };
    }

    // A host that started from its mounted file follows the generation without having the secrets; and a secret may have been corrected.
    private static bool LacksCredential(ModelStatus model, Dictionary<string, SourceCredential> secrets) =>
        secrets.ContainsKey(model.Name)
        && (model.State == ModelState.WaitingForCredentials || model is { State: ModelState.Failed, Reason: ModelFailure.CredentialsRejected });
}
