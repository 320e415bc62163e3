using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>What a server says about a request that it refuses.</summary>
public static class ServerMessage
{
    /// <summary>Its own words, without those of the client library.</summary>
    public static string Of(HttpOperationException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        try
        {
            return KubernetesJson.Deserialize<V1Status>(refusal.Response?.Content ?? "{}").Message ?? refusal.Message;
        }
        catch (JsonException)
        {
            return refusal.Message;
        }
    }
}
