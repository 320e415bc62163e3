using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rerank.Cli.Connection;

/// <summary>Words for what can go wrong on the way to the API server, with what to do about it.</summary>
internal static class ClusterErrors
{
    /// <returns>Null for what nobody expects: then the stack trace is what helps.</returns>
    public static string? Describe(Exception exception) => exception switch
    {
        CommandFailure failure => failure.Message,
        HttpOperationException refused => Describe(refused),
        HttpRequestException unreachable => $"the server can't be reached: {unreachable.Message}. Is the address in the kubeconfig right, and the server up?",
        TaskCanceledException { InnerException: TimeoutException } => "the API server did not answer in time; try again",
        IOException io => io.Message,
        UnauthorizedAccessException denied => denied.Message,
        _ => null,
    };

    private static string Describe(HttpOperationException refused)
    {
        var message = MessageOf(refused.Response?.Content) ?? refused.Message;
        return refused.Response?.StatusCode switch
        {
            HttpStatusCode.Unauthorized => $"the server doesn't know you ({message}): log in again, or choose another --context",
            HttpStatusCode.Forbidden => $"you may not do that: {message}. Ask for a role that allows it",
            HttpStatusCode.NotFound => $"{message}. Does the cluster have the operator's CustomResourceDefinitions? `kubectl get crds` lists them",
            HttpStatusCode.Conflict => $"{message}. Somebody else wrote at the same time, or owns that field; look again, then try again",
            HttpStatusCode.UnprocessableEntity => $"the server refuses it: {message}",
            _ => message,
        };
    }

    private static string? MessageOf(string? content)
    {
        try
        {
            return string.IsNullOrEmpty(content) ? null : KubernetesJson.Deserialize<V1Status>(content).Message;
        }
        catch (JsonException)
        {
            return content;
        }
    }
}
