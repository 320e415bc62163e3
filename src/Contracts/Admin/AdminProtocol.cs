namespace Rerank.Contracts.Admin;

/// <summary>
/// The protocol between the operator and every data plane process (routers and hosts), on a port of its own.
/// <c>PUT /admin/desired</c> takes the whole desired document, <c>GET /admin/status</c> answers what is in force.
/// Both want <c>Authorization: Bearer TOKEN</c>.
/// </summary>
public static class AdminProtocol
{
    /// <summary>PUT: a <see cref="Routing.RoutingTable"/> (router) or <see cref="Models.ModelSet"/> (host). 200 with the status,
    /// 400 when the document is invalid, 401, 409 when its generation is older than the one in force.</summary>
    public const string DesiredPath = "/admin/desired";

    /// <summary>GET: a <see cref="Routing.RouterStatus"/> or <see cref="Models.HostStatus"/>.</summary>
    public const string StatusPath = "/admin/status";
}
