using System.CommandLine;
using Microsoft.Extensions.Options;
using Rerank.Http;
using Rerank.Programs.Logs;
using Rerank.Programs.Options;

namespace Rerank.Router;

/// <summary>The command line and the environment.</summary>
internal sealed class RouterCommand
{
    private const int UsageError = 2;
    private const int CannotStart = 1;

    private static readonly RouterOptions Defaults = new();

    private readonly ProgramOptions _options;
    private readonly Option<string> _urls;
    private readonly Option<string?> _probeUrls;
    private readonly Option<string?> _adminUrls;
    private readonly Option<string?> _adminTokenFile;
    private readonly Option<string?> _routingTable;
    private readonly Option<string> _socketDirectory;
    private readonly Option<long?> _requestMemory;
    private readonly Option<int> _drain;
    private readonly Option<LogFormat> _logFormat;
    private readonly Option<string?> _otlpEndpoint;

    /// <param name="environment">What a variable is set to; null: those of the process.</param>
    public RouterCommand(Func<string, string?>? environment = null)
    {
        _options = new ProgramOptions("RERANK_ROUTER_", environment);
        _routingTable = _options.Add("--routing-table", "Routing table to start with, as JSON. May be absent: then one has to be pushed.");
        _urls = _options.Add("--urls", "Where applications call, such as http://+:8080; ';' between several.", Defaults.Urls);
        _probeUrls = _options.Add("--probe-urls", "Further addresses for /health and /metrics only. With them, /metrics is served nowhere else.");
        _adminUrls = _options.Add("--admin-urls", "Where the operator calls. Without it there is no admin API.");
        _adminTokenFile = _options.Add("--admin-token-file", "File with the token that the operator has to show. Beside it, previous-FILE may have another one that is taken too, while tokens are replaced.");
        _socketDirectory = _options.Add("--socket-directory", "Where the Unix sockets of unix:NAME addresses are.", Defaults.SocketDirectory);
        _drain = _options.Add("--drain-seconds", "How long requests are still taken on a stop, after readiness is off.", (int)Defaults.Drain.TotalSeconds);
        _requestMemory = _options.AddOptional<long>("--request-memory-bytes", "Bytes that all requests in flight may take together; more are refused with 429. Default: a third of the memory.");
        _logFormat = _options.AddChoice("--log-format", "How messages are written to standard output: text or json.", Defaults.LogFormat);
        _otlpEndpoint = _options.Add("--otlp-endpoint", "Collector that traces are sent to by OTLP, such as http://collector:4317. Default: OTEL_EXPORTER_OTLP_ENDPOINT; without either there are none.");

        Command = new RootCommand("Tiered rerank router: answers rerank requests from a cache, a small model and a full model.");
        foreach (var option in _options.All)
            Command.Options.Add(option);
        Help().Attach(Command, _options);
        Command.SetAction((parsed, cancellationToken) => RunAsync(Read(parsed), parsed, cancellationToken));
    }

    public RootCommand Command { get; }

    public static RootCommand Create() => new RouterCommand().Command;

    public RouterOptions Read(ParseResult parsed) => new()
    {
        Urls = parsed.GetRequiredValue(_urls),
        ProbeUrls = parsed.GetValue(_probeUrls),
        AdminUrls = parsed.GetValue(_adminUrls),
        AdminTokenFile = parsed.GetValue(_adminTokenFile),
        RoutingTablePath = parsed.GetValue(_routingTable),
        SocketDirectory = parsed.GetRequiredValue(_socketDirectory),
        Drain = TimeSpan.FromSeconds(parsed.GetValue(_drain)),
        RequestMemoryBytes = parsed.GetValue(_requestMemory),
        LogFormat = parsed.GetValue(_logFormat),
        OtlpEndpoint = parsed.GetValue(_otlpEndpoint),
    };

    private async Task<int> RunAsync(RouterOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        WebApplication app;
        try
        {
            app = RouterApplication.Create(options);
        }
        catch (OptionsValidationException e)
        {
            foreach (var failure in e.Failures)
                await Console.Error.WriteLineAsync(_options.Name(parsed, failure).AsMemory(), cancellationToken);
            return UsageError;
        }

        await using (app)
        {
            try
            {
                await app.RunAsync(cancellationToken);
            }
            catch (Exception e) when (StartFailure.Describe(e, new[] { options.Urls, options.AdminUrls, options.ProbeUrls }.OfType<string>()) is { } failure)
            {
                await Console.Error.WriteLineAsync(failure.AsMemory(), cancellationToken);
                return CannotStart;
            }
        }

        return 0;
    }

    private HelpPage Help() => new()
    {
        Summary = "Tiered rerank router: answers rerank requests from a cache, a small model and a full model.",
        Usage = "Router [options]",
        Examples =
        [
            ("Router --routing-table table.json", "A fixed table. Then: curl http://localhost:8080/v2/rerank -d '{\"model\": \"any\", \"query\": \"a\", \"documents\": [\"b\", \"c\"]}'"),
            ("Router --admin-urls http://+:9090 --admin-token-file token", "Tables are pushed while it serves. The operator runs routers so."),
            ("RERANK_ROUTER_LOG_FORMAT=json Router --routing-table table.json", "The same as --log-format json."),
        ],
        Groups =
        [
            ("Routing", [_routingTable, _socketDirectory]),
            ("Addresses", [_urls, _probeUrls, _adminUrls, _adminTokenFile]),
            ("Limits", [_requestMemory]),
            ("Stopping", [_drain]),
            ("What it tells", [_logFormat, _otlpEndpoint]),
        ],
        Notes =
        [
            "How requests are ranked, and their limits, are in the routing table.",
            "Every option can be given as the environment variable beside it; the command line wins.",
        ],
    };
}
