using System.Net;
using k8s.Autorest;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Whether a request failed because the API server can't do anything for us now, whatever it is asked for.</summary>
public static class ApiServerAway
{
    public static bool Says(Exception error, CancellationToken ours) => error switch
    {
        HttpRequestException or IOException or TimeoutException => true,
        // The client's own time limit.
        OperationCanceledException => !ours.IsCancellationRequested,
        // An expired token of ours is nothing that a single request could help.
        HttpOperationException { Response.StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };
}
