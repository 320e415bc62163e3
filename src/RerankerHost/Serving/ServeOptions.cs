using Rerank.Contracts.Routing;
using Rerank.Programs.Logs;

namespace Rerank.RerankerHost.Serving;

/// <summary>What <c>serve</c> was asked to do.</summary>
internal sealed record ServeOptions
{
    /// <summary>Model folders, by hand. Excludes a model set.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];

    /// <summary>The model set to start from; the file may be absent or empty.</summary>
    public string? ModelSetFile { get; init; }

    public IReadOnlyList<string> Urls { get; init; } = ["http://localhost:8080"];

    public IReadOnlyList<string> AdminUrls { get; init; } = [];

    public IReadOnlyList<string> ProbeUrls { get; init; } = [];

    public string? AdminTokenFile { get; init; }

    /// <summary>Where downloaded models are kept.</summary>
    public string ModelDirectory { get; init; } = Path.Combine(Path.GetTempPath(), "rerank-models");

    /// <summary>Where the models that came with the program are.</summary>
    public string BundledDirectory { get; init; } = Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Where volumes with models are mounted, each under its claim's name.</summary>
    public string ClaimsDirectory { get; init; } = "/var/lib/rerank/claims";

    public RequestLimits Limits { get; init; } = new();

    /// <summary>Pairs that may wait or be worked on; what exceeds them is refused.</summary>
    public int MaxPendingPairs { get; init; } = 8192;

    /// <summary>A request that isn't answered after this is given up.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest model file that is downloaded.</summary>
    public long MaxFileBytes { get; init; } = 16L << 30;

    /// <summary>How long requests are still taken after a stop signal, while readiness is off, so that callers can notice.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.Zero;

    /// <summary>How long running requests may take to finish after that.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Where traces go by OTLP; null: where OpenTelemetry's variables say, or nowhere.</summary>
    public string? OtlpEndpoint { get; init; }
}
