using System.Net;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Admin;

namespace Rerank.Operator.Tests.World;

/// <summary>What answers on an admin port.</summary>
internal interface IFakeProcess
{
    /// <summary>Whether a readiness probe would succeed.</summary>
    bool IsReady { get; }

    AdminReply Get();

    AdminReply Put(string document);

    /// <summary>Ends when the version of the status is another one; only routers have any.</summary>
    Task ChangedAsync(long version) => Task.CompletedTask;
}

internal sealed record AdminReply(HttpStatusCode Status, string Body)
{
    public static AdminReply Ok(string body) => new(HttpStatusCode.OK, body);

    public static AdminReply Conflict(long generation) => Of(HttpStatusCode.Conflict, new() { Error = "other content is in force", Generation = generation });

    public static AdminReply Invalid(string error) => Of(HttpStatusCode.BadRequest, new() { Error = error });

    private static AdminReply Of(HttpStatusCode status, AdminError error) => new(status, JsonSerializer.Serialize(error, WireJson.Default.AdminError));
}
