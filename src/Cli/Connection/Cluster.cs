using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rerank.Cli.Pipelines;

namespace Rerank.Cli.Connection;

/// <summary>What commands ask of one namespace's objects. Everything but directives and new ModelVersions is only read.</summary>
internal sealed class Cluster(IKubernetes kubernetes, string ns) : IDisposable
{
    /// <summary>Under which this program's directives are told from those of others.</summary>
    public const string FieldManager = "kubectl-rerank";

    private const string Group = "rerank.dev";
    private const string Version = "v1alpha1";
    private const string Pipelines = "rerankpipelines";
    private const string ModelVersions = "modelversions";
    private const string GroupVersion = $"{Group}/{Version}";

    /// <exception cref="CommandFailure">There is no pipeline of that name.</exception>
    public async Task<Pipeline> GetPipelineAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return Pipeline.Of(await kubernetes.CustomObjects.GetNamespacedCustomObjectAsync<JsonObject>(
                Group, Version, ns, Pipelines, name, cancellationToken));
        }
        catch (HttpOperationException exception) when (IsAboutObject(exception))
        {
            throw new CommandFailure(
                $"there is no pipeline \"{name}\" in namespace \"{ns}\": `kubectl get rerankpipelines -A` lists them all, -n chooses the namespace", exception);
        }
    }

    /// <summary>Yields when the pipeline has changed, and once at the start. Ends when it is deleted.</summary>
    public async IAsyncEnumerable<Pipeline> WatchPipelineAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var current = await GetPipelineAsync(name, cancellationToken);
        yield return current;
        var events = kubernetes.CustomObjects.WatchListNamespacedCustomObjectAsync(
            Group, Version, ns, Pipelines, fieldSelector: $"metadata.name={name}", resourceVersion: current.Metadata.ResourceVersion,
            cancellationToken: cancellationToken);
        await foreach (var (type, changed) in events)
        {
            if (type == WatchEventType.Deleted)
                throw new CommandFailure($"pipeline \"{name}\" has been deleted");
            if (type is WatchEventType.Added or WatchEventType.Modified)
                yield return Pipeline.Of(JsonObject.Create((JsonElement)changed)!);
        }
    }

    /// <summary>The evidence about a revision; null when none is kept.</summary>
    public async Task<Report?> FindReportAsync(Pipeline pipeline, string revision, CancellationToken cancellationToken)
    {
        if (pipeline.Status.Analysis is { ReportRef.Name: { } name } analysis && analysis.Revision == revision)
            return Report.Read(await GetConfigMapAsync(name, cancellationToken));

        var maps = await kubernetes.CoreV1.ListNamespacedConfigMapAsync(
            ns, labelSelector: KnownLabels.Selector(pipeline), cancellationToken: cancellationToken);
        return maps.Items.Select(Report.Read).FirstOrDefault(report => report?.Revision == revision);
    }

    /// <summary>What is remembered of the pipeline, newest first.</summary>
    public async Task<IReadOnlyList<StoredRevision>> ListRevisionsAsync(Pipeline pipeline, CancellationToken cancellationToken)
    {
        var list = await kubernetes.AppsV1.ListNamespacedControllerRevisionAsync(
            ns, labelSelector: KnownLabels.Selector(pipeline), cancellationToken: cancellationToken);
        return [.. list.Items.Select(StoredRevision.Of).OfType<StoredRevision>().OrderByDescending(revision => revision.Sequence)];
    }

    /// <summary>Makes <paramref name="directives"/> all that this program says about the pipeline's revisions.</summary>
    /// <returns>False when the pipeline isn't any more what it was when it was read: then the decision has to be taken again.</returns>
    public async Task<bool> TryApplyDirectivesAsync(Pipeline pipeline, JsonArray directives, CancellationToken cancellationToken)
    {
        var manifest = new JsonObject
        {
            ["apiVersion"] = GroupVersion,
            ["kind"] = "RerankPipeline",
            // The preconditions also keep a pipeline that is deleted meanwhile from being made anew.
            ["metadata"] = new JsonObject
            {
                ["name"] = pipeline.Metadata.Name,
                ["namespace"] = ns,
                ["uid"] = pipeline.Metadata.Uid,
                ["resourceVersion"] = pipeline.Metadata.ResourceVersion,
            },
        };
        if (directives.Count > 0)
            manifest["spec"] = new JsonObject { ["rollout"] = new JsonObject { ["directives"] = directives } };

        try
        {
            await kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync<JsonObject>(
                new V1Patch(manifest.ToJsonString(), V1Patch.PatchType.ApplyPatch), Group, Version, ns, Pipelines, pipeline.Metadata.Name,
                fieldManager: FieldManager, force: true, cancellationToken: cancellationToken);
            return true;
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <exception cref="CommandFailure">The name is taken.</exception>
    public async Task CreateModelAsync(JsonObject model, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.CustomObjects.CreateNamespacedCustomObjectAsync<JsonObject>(
                model, Group, Version, ns, ModelVersions, fieldManager: FieldManager, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.Conflict)
        {
            throw new CommandFailure(
                $"there is a ModelVersion \"{model["metadata"]!["name"]}\" in namespace \"{ns}\" already, and they never change: choose another name", exception);
        }
    }

    public void Dispose() => kubernetes.Dispose();

    private async Task<V1ConfigMap?> GetConfigMapAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await kubernetes.CoreV1.ReadNamespacedConfigMapAsync(name, ns, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Not found may also mean that the server has no such kind; that answer isn't JSON.</summary>
    private static bool IsAboutObject(HttpOperationException exception) =>
        exception.Response is { StatusCode: HttpStatusCode.NotFound, Content: { } content } && content.StartsWith('{');
}
