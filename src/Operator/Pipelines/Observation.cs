using k8s.Models;
using Rerank.Contracts.Models;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Manifests;
using Rerank.Operator.Names;
using Rerank.Operator.Pipelines.Engines;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.Operator.Status;

namespace Rerank.Operator.Pipelines;

/// <summary>All that a reconcile decides by: it is read once, at its start.</summary>
internal sealed record Observation
{
    public required RerankPipeline Pipeline { get; init; }

    public required DesiredRevision Desired { get; init; }

    /// <summary>How the engine stands to the operator's images.</summary>
    public EngineChoice Engine { get; init; } = EngineChoice.None;

    /// <summary>Each live one with the engine that it runs on.</summary>
    public required IReadOnlyList<Revision> Revisions { get; init; }

    /// <summary>The same as they are stored; null where nothing had to be found out.</summary>
    public IReadOnlyList<Revision>? StoredRevisions { get; init; }

    public required IReadOnlyList<ObservedPod> Pods { get; init; }

    /// <summary>By name; of this pipeline.</summary>
    public required IReadOnlyDictionary<string, V1Deployment> Deployments { get; init; }

    public required StoredDocuments Documents { get; init; }

    public required ModelCredentials Credentials { get; init; }

    public required ServedApis Apis { get; init; }

    /// <summary>Reports of the revisions that are under way, by revision.</summary>
    public IReadOnlyDictionary<string, StoredReport> Reports { get; init; } = new Dictionary<string, StoredReport>();

    /// <summary>What has been read since of those that are judged, by revision: all that the reports have, and more.</summary>
    public IReadOnlyDictionary<string, EvidenceLedger> Ledgers { get; init; } = new Dictionary<string, EvidenceLedger>();

    /// <summary>What the sources of Prometheus metrics say, by metric.</summary>
    public IReadOnlyDictionary<string, ExternalCounts> ExternalCounts { get; init; } = new Dictionary<string, ExternalCounts>();

    public IEnumerable<ObservedPod> Routers => Of(Labels.RouterComponent);

    public IEnumerable<ObservedPod> Of(string component) => Pods.Where(p => p.Component == component);

    /// <summary>The pods that have a host for this tier.</summary>
    public IEnumerable<ObservedPod> Hosting(TierSnapshot tier) =>
        Of(tier.Model?.Placement == Placement.Pool ? tier.Pool.Component : Labels.RouterComponent);
}

/// <summary>Credentials for the models' sources, by model. They go nowhere but into a push.</summary>
/// <param name="Problems">Of Secrets that are not there or not as they should be, by model.</param>
internal sealed record ModelCredentials(IReadOnlyDictionary<string, SourceCredential> Found, IReadOnlyDictionary<string, Problem> Problems)
{
    public static ModelCredentials None { get; } = new(new Dictionary<string, SourceCredential>(), new Dictionary<string, Problem>());

    public override string ToString() => $"{Found.Count} credentials";
}
