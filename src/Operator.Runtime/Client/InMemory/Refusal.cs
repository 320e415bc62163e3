using System.Net;
using System.Text.Json.Nodes;
using k8s.Autorest;

namespace Rerank.Operator.Runtime.Client.InMemory;

/// <summary>Answers of the server other than success, in the form in which the library reports them.</summary>
public static class Refusal
{
    /// <summary>422: the object isn't valid.</summary>
    public static HttpOperationException Invalid(ResourceKind kind, string? name, string message)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return Of(HttpStatusCode.UnprocessableEntity, "Invalid", $"{kind.Kind} \"{name}\" is invalid: {message}");
    }

    internal static HttpOperationException BadRequest(string message) => Of(HttpStatusCode.BadRequest, "BadRequest", message);

    internal static HttpOperationException NotFound(ResourceKind kind, string name) =>
        Of(HttpStatusCode.NotFound, "NotFound", $"{kind} \"{name}\" not found");

    private static HttpOperationException Of(HttpStatusCode code, string reason, string message)
    {
        var status = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Status",
            ["status"] = "Failure",
            ["code"] = (int)code,
            ["reason"] = reason,
            ["message"] = message,
        };
        return new(message) { Response = new(new HttpResponseMessage(code), status.ToJsonString()) };
    }
}
