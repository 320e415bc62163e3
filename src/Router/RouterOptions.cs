using Rerank.Programs.Logs;

namespace Rerank.Router;

/// <summary>How a router runs. Times other than the drain are here for tests; the command line doesn't set them.</summary>
internal sealed record RouterOptions
{
    /// <summary>Where applications call; <c>;</c> between several. <c>http://HOST:PORT</c>, with + for every address, or <c>http://unix:/PATH</c>.</summary>
    public string Urls { get; init; } = "http://+:8080";

    /// <summary>Further addresses for health and metrics alone; metrics are then served nowhere else. Null: with what applications call.</summary>
    public string? ProbeUrls { get; init; }

    /// <summary>Where the operator calls; null: nowhere.</summary>
    public string? AdminUrls { get; init; }

    /// <summary>File with the token that the operator has to show. Read at every call, so that it can be replaced.</summary>
    public string? AdminTokenFile { get; init; }

    /// <summary>Routing table to start with; the file may be absent.</summary>
    public string? RoutingTablePath { get; init; }

    /// <summary>Where the sockets of <c>unix:NAME</c> addresses are.</summary>
    public string SocketDirectory { get; init; } = "/run/rerank";

    /// <summary>Bytes that all requests in flight may take together; null: a third of the memory that the process may use.</summary>
    public long? RequestMemoryBytes { get; init; }

    /// <summary>How long requests are still taken after the readiness is off, until nobody sends new ones.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(3);

    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Where traces go by OTLP; null: where OpenTelemetry's variables say, or nowhere.</summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>How long a change of the clusters may take until they are in force.</summary>
    public TimeSpan PublishPatience { get; init; } = TimeSpan.FromSeconds(2.5);

    public TimeSpan DnsRefreshPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>As the refresh period, for a cluster with a name that has never had an address: a new pool's name comes to be any moment.</summary>
    public TimeSpan DnsRetryPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan DnsTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the last addresses of a name are used that has none any more, as the name server says: as of a pool without a ready pod.</summary>
    public TimeSpan AddressesWithoutName { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The same where no name server answers, which says nothing about the pods.</summary>
    public TimeSpan AddressesWithoutAnswer { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long after the start a router that knows no pod of a pool isn't ready for that.</summary>
    public TimeSpan ReachPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after the start a router isn't ready for a host beside it that still loads its model. Then the tier behind it answers.</summary>
    public TimeSpan SidecarPatience { get; init; } = TimeSpan.FromMinutes(2);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan HealthCheckInterval { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan HealthCheckTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a destination that failed again and again gets no requests.</summary>
    public TimeSpan ReactivationPeriod { get; init; } = TimeSpan.FromSeconds(10);
}
