using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Two answers of the server have exceptions of their own, since callers act on them; all others pass unchanged.</summary>
internal static class ServerErrors
{
    public static async Task<T> Map<T>(Func<Task<T>> request)
    {
        try
        {
            return await request();
        }
        catch (HttpOperationException exception) when (Own(exception) is { } own)
        {
            throw own;
        }
    }

    public static async Task Map(Func<Task> request)
    {
        try
        {
            await request();
        }
        catch (HttpOperationException exception) when (Own(exception) is { } own)
        {
            throw own;
        }
    }

    public static Exception? Own(HttpOperationException exception) => exception.Response?.StatusCode switch
    {
        HttpStatusCode.Conflict => new ConflictException(exception.Message, exception),
        HttpStatusCode.Gone => new GoneException(exception.Message, exception),
        // An apply with the uid of another object isn't a conflict to the server, but an attempt to change an immutable field.
        HttpStatusCode.UnprocessableEntity when IsAboutUid(exception.Response.Content) => new ConflictException(exception.Message, exception),
        _ => null,
    };

    /// <summary>The same for an error that came as an event of a watch.</summary>
    public static Exception? Own(KubernetesException exception) =>
        exception.Status?.Code == (int)HttpStatusCode.Gone || exception.Status?.Reason == "Expired"
            ? new GoneException(exception.Message, exception)
            : null;

    private static bool IsAboutUid(string? content)
    {
        try
        {
            return KubernetesJson.Deserialize<V1Status>(content ?? "{}").Details?.Causes?.Any(cause => cause.Field == "metadata.uid") ?? false;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
