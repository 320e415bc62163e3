using System.Text.Json.Nodes;
using k8s.Autorest;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Operator.Local.Server;

/// <summary>A request that gets another answer than what it asked for, as an API server words it.</summary>
internal sealed class ApiError(int code, string reason, string message) : Exception(message)
{
    public int Code => code;

    public JsonObject Status() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = Message,
        ["reason"] = reason,
        ["code"] = code,
    };

    /// <returns>Null when the exception isn't an answer of the server.</returns>
    public static ApiError? Of(Exception exception) => exception switch
    {
        ApiError error => error,
        ConflictException => new(StatusCodes.Status409Conflict, "Conflict", exception.Message),
        GoneException => new(StatusCodes.Status410Gone, "Expired", exception.Message),
        HttpOperationException { Response.StatusCode: var status } => new((int)status, status.ToString() == "UnprocessableEntity" ? "Invalid" : status.ToString(), exception.Message),
        BadHttpRequestException request => new(request.StatusCode, "BadRequest", request.Message),
        _ => null,
    };

    public static ApiError NotFound(string message) => new(StatusCodes.Status404NotFound, "NotFound", message);

    public static ApiError BadRequest(string message) => new(StatusCodes.Status400BadRequest, "BadRequest", message);
}
