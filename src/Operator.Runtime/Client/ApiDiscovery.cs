using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Asks a real API server, and remembers each group's answer for a few minutes.</summary>
public sealed class ApiDiscovery(IKubernetes kubernetes, TimeProvider time) : IApiDiscovery
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Answer> _answers = new();

    public async Task<bool> ServesAsync<T>(CancellationToken cancellationToken)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = ResourceKind.Of<T>();
        if (!_answers.TryGetValue(kind.ApiVersion, out var answer) || time.GetElapsedTime(answer.Asked) > Lifetime)
        {
            answer = new(time.GetTimestamp(), await AskAsync(kind, cancellationToken));
            _answers[kind.ApiVersion] = answer;
        }

        return answer.Plurals.Contains(kind.Plural);
    }

    private async Task<FrozenSet<string>> AskAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        try
        {
            var resources = await kubernetes.CustomObjects.GetAPIResourcesAsync(kind.Group, kind.Version, cancellationToken);
            return (resources.Resources ?? []).Select(resource => resource.Name).ToFrozenSet();
        }
        catch (HttpOperationException exception) when (exception.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    private sealed record Answer(long Asked, FrozenSet<string> Plurals);
}
