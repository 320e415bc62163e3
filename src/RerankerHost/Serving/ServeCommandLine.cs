using System.CommandLine;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Programs.Logs;
using Rerank.Programs.Options;
using Rerank.RerankerHost.Commands;
using Rerank.RerankerHost.Inference.Cuda;

namespace Rerank.RerankerHost.Serving;

/// <summary>The options of <c>serve</c> on the command line and in the environment, and its help.</summary>
internal sealed class ServeCommandLine
{
    private static readonly ServeOptions Defaults = new();

    private readonly ProgramOptions _options;
    private readonly Argument<string[]> _directories;
    private readonly Option<string> _providers;
    private readonly Option<Tf32> _tf32;
    private readonly Option<LastLayer> _lastLayer;
    private readonly Option<string?> _modelSet;
    private readonly Option<string> _urls;
    private readonly Option<string> _adminUrls;
    private readonly Option<string> _probeUrls;
    private readonly Option<string?> _adminTokenFile;
    private readonly Option<string> _modelDirectory;
    private readonly Option<string> _bundledDirectory;
    private readonly Option<string> _claimsDirectory;
    private readonly Option<string?> _allowedOrigins;
    private readonly Option<long> _maxBodyBytes;
    private readonly Option<long?> _requestMemory;
    private readonly Option<int> _maxDocuments;
    private readonly Option<int?> _threads;
    private readonly Option<long> _maxQueue;
    private readonly Option<long?> _gpuMemory;
    private readonly Option<long> _keptFiles;
    private readonly Option<long> _maxFileBytes;
    private readonly Option<long> _requestTimeout;
    private readonly Option<long> _runTimeout;
    private readonly Option<long> _drain;
    private readonly Option<long> _shutdownTimeout;
    private readonly Option<LogFormat> _logFormat;
    private readonly Option<string?> _otlpEndpoint;

    /// <param name="environment">What a variable is set to; null: those of the process.</param>
    public ServeCommandLine(Func<string, string?>? environment = null)
    {
        _options = new ProgramOptions("RERANK_HOST_", environment);
        _directories = new Argument<string[]>("DIR")
        {
            Description = "Model folders to serve by hand, or *.onnx files in them; a model has the name of its folder.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        _providers = _options.Add(
            ProvidersOption.Name, "What models by hand may run on, in order of preference, separated by a comma: the first that works is used.", ProvidersOption.Show(Defaults.ExecutionProviders));
        _tf32 = _options.AddChoice(
            "--cuda-tf32", "Whether fp32 models may round products to TF32 on CUDA: on or off. It is faster, and logits differ from the third digit on.", Tf32.Off);
        _lastLayer = _options.AddChoice(LastLayerOption.Name, LastLayerOption.Description + " Of models by hand.", Defaults.LastLayer);
        _modelSet = _options.Add("--model-set", "File with the model set to start from; may be absent until one is pushed.");
        _modelDirectory = _options.Add("--model-directory", "Where downloaded models are kept, and others copied while they are loaded.", Defaults.ModelDirectory);
        _bundledDirectory = _options.Add("--bundled-directory", "Where the bundled models are.", Defaults.BundledDirectory);
        _claimsDirectory = _options.Add("--claims-directory", "Where volumes with models are mounted.", Defaults.ClaimsDirectory);
        _keptFiles = _options.Add("--kept-files-bytes", "Downloaded files of models that left the set are kept up to this many bytes, the last downloaded first.", Defaults.KeptFilesBytes);
        _gpuMemory = _options.AddOptional<long>("--gpu-memory-bytes", "GPU memory that models may declare together. Default: all that the GPU has.");
        _maxFileBytes = _options.Add("--max-file-bytes", "Largest model file that is downloaded.", Defaults.MaxFileBytes);

        _urls = Addresses("--urls", "Addresses of the scoring routes, such as http://+:8080 or http://unix:/run/host.sock.", Defaults.Urls);
        _adminUrls = Addresses("--admin-urls", "Addresses of the admin port, by which models are pushed.", Defaults.AdminUrls);
        _adminTokenFile = _options.Add("--admin-token-file", "File with the token that the admin port asks for. Beside it, previous-FILE may have another one that is taken too, while tokens are replaced.");
        _probeUrls = Addresses("--probe-urls", "Further addresses for /health and /metrics only.", Defaults.ProbeUrls);
        _allowedOrigins = _options.Add(
            "--allowed-origin", "Origin whose pages may call from browsers (CORS), such as https://shop.example.org, or * for every one. Several are separated by semicolons. Default: none.");

        _maxBodyBytes = _options.Add("--max-body-bytes", "Largest body of a request.", Defaults.Limits.MaxBodyBytes);
        _requestMemory = _options.AddOptional<long>("--request-memory-bytes", "Bytes that all requests in flight may take together; more are refused with 429. Default: a third of the memory.");
        _maxDocuments = _options.Add("--max-documents", "Most documents of a request.", Defaults.Limits.MaxDocuments);
        _maxQueue = _options.Add("--max-queue-seconds", "Work that may wait, by the time that it takes; more is refused with 429.", (long)Defaults.MaxQueue.TotalSeconds);
        _threads = _options.AddOptional<int>("--threads", "Threads that run models on the CPU. Default: one for each whole core that the process may use.");
        _requestTimeout = _options.Add("--request-timeout-milliseconds", "A request that takes longer is given up.", (long)Defaults.RequestTimeout.TotalMilliseconds);
        _runTimeout = _options.Add("--run-timeout-seconds", "A batch that a model runs for longer has hung: the host isn't ready, and after twice that not live.", (long)Defaults.RunTimeout.TotalSeconds);
        _drain = _options.Add("--drain-seconds", "How long requests are still taken after a stop signal, with readiness off.", (long)Defaults.Drain.TotalSeconds);
        _shutdownTimeout = _options.Add("--shutdown-timeout-seconds", "How long running requests may then take.", (long)Defaults.ShutdownTimeout.TotalSeconds);

        _logFormat = _options.AddChoice("--log-format", "How messages are written to standard output: text or json.", Defaults.LogFormat);
        _otlpEndpoint = _options.Add("--otlp-endpoint", "Collector that traces are sent to by OTLP, such as http://collector:4317. Default: OTEL_EXPORTER_OTLP_ENDPOINT; without either there are none.");

        Command = new Command("serve", "Serves rerank models over HTTP.") { _directories };
        foreach (var option in _options.All)
            Command.Options.Add(option);
        Help().Attach(Command, _options);
    }

    public Command Command { get; }

    public ServeOptions Read(ParseResult result) => new()
    {
        Models = result.GetValue(_directories) ?? [],
        ExecutionProviders = ProvidersOption.Parse(result.GetValue(_providers)),
        Cuda = new CudaSettings(AllowTf32: result.GetValue(_tf32) == Tf32.On),
        LastLayer = result.GetValue(_lastLayer),
        ModelSetFile = result.GetValue(_modelSet),
        Urls = Split(result.GetValue(_urls)),
        AdminUrls = Split(result.GetValue(_adminUrls)),
        ProbeUrls = Split(result.GetValue(_probeUrls)),
        AdminTokenFile = result.GetValue(_adminTokenFile),
        AllowedOrigins = Split(result.GetValue(_allowedOrigins)),
        ModelDirectory = result.GetRequiredValue(_modelDirectory),
        BundledDirectory = result.GetRequiredValue(_bundledDirectory),
        ClaimsDirectory = result.GetRequiredValue(_claimsDirectory),
        Limits = new RequestLimits { MaxBodyBytes = result.GetValue(_maxBodyBytes), MaxDocuments = result.GetValue(_maxDocuments) },
        RequestMemoryBytes = result.GetValue(_requestMemory),
        Threads = result.GetValue(_threads),
        MaxQueue = TimeSpan.FromSeconds(result.GetValue(_maxQueue)),
        GpuMemoryBytes = result.GetValue(_gpuMemory),
        KeptFilesBytes = result.GetValue(_keptFiles),
        MaxFileBytes = result.GetValue(_maxFileBytes),
        RequestTimeout = TimeSpan.FromMilliseconds(result.GetValue(_requestTimeout)),
        RunTimeout = TimeSpan.FromSeconds(result.GetValue(_runTimeout)),
        Drain = TimeSpan.FromSeconds(result.GetValue(_drain)),
        ShutdownTimeout = TimeSpan.FromSeconds(result.GetValue(_shutdownTimeout)),
        LogFormat = result.GetValue(_logFormat),
        OtlpEndpoint = result.GetValue(_otlpEndpoint),
    };

    /// <summary>All that is wrong with the options, by the names that they were given under.</summary>
    public IReadOnlyList<string> Problems(ParseResult result, ServeOptions options) =>
        [.. ServeOptionsCheck.Problems(options).Select(problem => _options.Name(result, problem))];

    private static string[] Split(string? urls) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private Option<string> Addresses(string name, string description, IReadOnlyList<string> value) =>
        _options.Add(name, description + " Several are separated by semicolons.", string.Join(';', value));

    private HelpPage Help() => new()
    {
        Summary = "Serves cross-encoder rerankers over HTTP, in the APIs of text-embeddings-inference, Cohere, Jina, vLLM, Infinity, Voyage and NIM.",
        Usage = "RerankerHost serve [DIR...] [options]",
        Examples =
        [
            ("RerankerHost serve models/tiny", "One model, for this machine only. Then: curl http://localhost:8080/rerank -d '{\"query\": \"a\", \"texts\": [\"b\", \"c\"]}'"),
            ("RerankerHost serve models/small models/large --urls http://+:8080", "Two models, for everyone; requests pick one by \"model\", and get the first when they name none."),
            ("RerankerHost serve --model-set set.json --admin-urls http://+:9090 --admin-token-file token", "A set of models that can be changed while it serves. The operator runs hosts so."),
            ("RERANK_HOST_MAX_DOCUMENTS=100 RerankerHost serve models/tiny", "The same as --max-documents 100."),
        ],
        Groups =
        [
            ("Models", [_providers, _tf32, _lastLayer, _modelSet, _modelDirectory, _bundledDirectory, _claimsDirectory, _maxFileBytes, _keptFiles, _gpuMemory]),
            ("Addresses", [_urls, _adminUrls, _adminTokenFile, _probeUrls, _allowedOrigins]),
            ("Limits", [_maxBodyBytes, _requestMemory, _maxDocuments, _threads, _maxQueue, _requestTimeout, _runTimeout, _drain, _shutdownTimeout]),
            ("What it tells", [_logFormat, _otlpEndpoint]),
        ],
        Notes =
        [
            "DIR is a model folder: model.onnx (or the only *.onnx file, there or in the folder onnx), tokenizer.json, config.json or tokenizer_config.json, and golden.json for a self-test. The path of an *.onnx file serves that one.",
            "Every option can be given as the environment variable beside it; the command line wins.",
        ],
    };

    private enum Tf32
    {
        Off,
        On,
    }
}
