using k8s.Models;
using Rerank.Operator.Api;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local;

/// <summary>Prints conditions when they change, and how to send a request once a pipeline answers.</summary>
internal sealed class StatusReporter(IResourceClient client, LocalConsole console, LocalPorts ports, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, string> _printed = [];
    private readonly HashSet<string> _introduced = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            foreach (var model in await client.ListAllAsync<ModelVersion>(ns: null, labelSelector: null, stoppingToken))
            {
                Report("model", model, model.Status?.Conditions);
            }

            foreach (var pipeline in await client.ListAllAsync<RerankPipeline>(ns: null, labelSelector: null, stoppingToken))
            {
                Report("pipeline", pipeline, pipeline.Status?.Conditions);
                Introduce(pipeline);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Report(string kind, IMetadata<V1ObjectMeta> entity, IEnumerable<Condition>? conditions)
    {
        var shown = (conditions ?? []).Where(IsNews).ToList();
        var state = string.Join(';', shown.Select(condition => $"{condition.Type}{condition.Status}{condition.Reason}{condition.Message}"));
        if (shown.Count > 0 && _printed.GetValueOrDefault(entity.Metadata.Uid) != state)
        {
            _printed[entity.Metadata.Uid] = state;
            console.ConditionsChanged(kind, entity.Metadata.Name, shown);
        }
    }

    /// <summary>Ready always says how it stands; the others only matter here when something is wrong.</summary>
    private static bool IsNews(Condition condition) =>
        condition.Type == "Ready" || condition is { Type: "Stalled", Status: ConditionStatus.True };

    private void Introduce(RerankPipeline pipeline)
    {
        if (pipeline.Status?.Conditions.Exists(condition => condition is { Type: "Available", Status: ConditionStatus.True }) == true
            && ports.Of($"{pipeline.Metadata.NamespaceProperty}/{pipeline.Metadata.Name}") is { } port
            && _introduced.Add(pipeline.Metadata.Uid))
        {
            console.Available(pipeline.Metadata.Name, port);
        }
    }
}
