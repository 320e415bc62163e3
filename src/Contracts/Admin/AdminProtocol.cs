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

    /// <summary>GET: a <see cref="Routing.RouterStatus"/> or <see cref="Models.HostStatus"/>. A router takes the queries below.</summary>
    public const string StatusPath = "/admin/status";

    /// <summary>Query of a router's status: the number of the last stratum that the asker has read; only later ones are answered. Absent: 0, all that are kept.</summary>
    public const string AfterStratumQuery = "afterStratum";

    /// <summary>
    /// Query of a router's status, for a long poll: the <see cref="Routing.RouterStatus.Version"/> that the asker has. The answer waits until the router has another, for
    /// <see cref="WaitQuery"/> at most.
    /// </summary>
    public const string VersionQuery = "version";

    /// <summary>Query of a router's status: milliseconds that a long poll may wait, at most <see cref="MaxWaitMilliseconds"/>.</summary>
    public const string WaitQuery = "waitMilliseconds";

    public const int MaxWaitMilliseconds = 30_000;

    /// <summary>Begin of a router's errors (400) that are about a table's candidate, and not about what serves.</summary>
    public const string OfCandidate = "candidate.";
}
