using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Programs.Logs;
using Rerank.RerankerHost.Inference.Cuda;
using Rerank.RerankerHost.Quarantine;

namespace Rerank.RerankerHost.Serving;

/// <summary>What <c>serve</c> was asked to do.</summary>
internal sealed record ServeOptions
{
    /// <summary>Model folders or *.onnx files in them, by hand. Excludes a model set.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Of the models by hand.</summary>
    public LastLayer LastLayer { get; init; } = LastLayer.Auto;

    /// <summary>Of the models by hand, in order of preference.</summary>
    public IReadOnlyList<ExecutionProvider> ExecutionProviders { get; init; } = [ExecutionProvider.CUDA, ExecutionProvider.CPU];

    /// <summary>How models run on CUDA.</summary>
    public CudaSettings Cuda { get; init; } = CudaSettings.Default;

    /// <summary>The model set to start from; the file may be absent or empty.</summary>
    public string? ModelSetFile { get; init; }

    public IReadOnlyList<string> Urls { get; init; } = ["http://localhost:8080"];

    public IReadOnlyList<string> AdminUrls { get; init; } = [];

    public IReadOnlyList<string> ProbeUrls { get; init; } = [];

    public string? AdminTokenFile { get; init; }

    /// <summary>Where downloaded models are kept, and others copied while they are loaded.</summary>
    public string ModelDirectory { get; init; } = Path.Combine(Path.GetTempPath(), "rerank-models");

    /// <summary>Of the control group whose memory limit holds for the process; null: there is none. The command line doesn't set it.</summary>
    public string? ControlGroupDirectory { get; init; } = ControlGroup.OwnDirectory;

    /// <summary>Where the models that came with the program are.</summary>
    public string BundledDirectory { get; init; } = Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Where volumes with models are mounted, each under its claim's name.</summary>
    public string ClaimsDirectory { get; init; } = "/var/lib/rerank/claims";

    /// <summary>Origins whose pages may call from browsers.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    public RequestLimits Limits { get; init; } = new();

    /// <summary>Bytes that all requests in flight may take together; null: a third of the memory that the process may use.</summary>
    public long? RequestMemoryBytes { get; init; }

    /// <summary>Threads that run models on the CPU; null: as many as there are cores for the process.</summary>
    public int? Threads { get; init; }

    /// <summary>Work that may wait, by the time that it takes; what exceeds it is refused.</summary>
    public TimeSpan MaxQueue { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A request that isn't answered after this is given up.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No run of a working model takes longer: one that does has hung, and the process is to be ended.</summary>
    public TimeSpan RunTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>GPU memory that models may declare together; null: all that the GPU has.</summary>
    public long? GpuMemoryBytes { get; init; }

    /// <summary>Downloaded files of models that are no longer in the set are kept up to this many bytes, for models that come back.</summary>
    public long KeptFilesBytes { get; init; }

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
