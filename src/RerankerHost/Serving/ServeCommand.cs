using System.CommandLine;
using Rerank.Contracts.Routing;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Serving;

/// <summary><c>serve</c>: runs the host until it is told to stop.</summary>
internal static class ServeCommand
{
    private const int InvalidOptions = 2;

    private static readonly ServeOptions Defaults = new();

    private static readonly Argument<string[]> Directories = new("DIR")
    {
        Description = "Model folders to serve by hand; a model's name is its folder's.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> ModelSet = new("--model-set") { Description = "File with the model set to start from; may be absent until one is pushed." };
    private static readonly Option<string> Urls = Addresses("--urls", "Addresses of the scoring routes, such as http://+:8080 or http://unix:/run/host.sock.", Defaults.Urls);
    private static readonly Option<string> AdminUrls = Addresses("--admin-urls", "Addresses of the admin port.", Defaults.AdminUrls);
    private static readonly Option<string> ProbeUrls = Addresses("--probe-urls", "Further addresses for /health and /metrics only.", Defaults.ProbeUrls);
    private static readonly Option<string?> AdminTokenFile = new("--admin-token-file") { Description = "File with the token that the admin port asks for." };
    private static readonly Option<string> ModelDirectory = Of("--model-directory", "Where downloaded models are kept.", Defaults.ModelDirectory);
    private static readonly Option<string> BundledDirectory = Of("--bundled-directory", "Where the bundled models are.", Defaults.BundledDirectory);
    private static readonly Option<string> ClaimsDirectory = Of("--claims-directory", "Where volumes with models are mounted.", Defaults.ClaimsDirectory);
    private static readonly Option<long> MaxBodyBytes = Of("--max-body-bytes", "Largest body of a request.", Defaults.Limits.MaxBodyBytes);
    private static readonly Option<int> MaxDocuments = Of("--max-documents", "Most documents of a request.", Defaults.Limits.MaxDocuments);
    private static readonly Option<int?> Threads = new("--threads") { Description = "Threads that run models on the CPU. Default: one for each core that the process may use." };
    private static readonly Option<long> MaxQueue =
        Of("--max-queue-seconds", "Work that may wait, by the time that it takes; what exceeds it is answered with 429.", (long)Defaults.MaxQueue.TotalSeconds);

    private static readonly Option<long> MaxFileBytes = Of("--max-file-bytes", "Largest model file that is downloaded.", Defaults.MaxFileBytes);
    private static readonly Option<long?> GpuMemory = new("--gpu-memory-bytes") { Description = "GPU memory that models may declare together. Default: not checked." };
    private static readonly Option<long> KeptFiles =
        Of("--kept-files-bytes", "Downloaded files of models that left the set are kept up to this many bytes, the last downloaded first.", Defaults.KeptFilesBytes);

    private static readonly Option<long> RequestTimeout =
        Of("--request-timeout-milliseconds", "A request that takes longer is given up.", (long)Defaults.RequestTimeout.TotalMilliseconds);

    private static readonly Option<long> Drain =
        Of("--drain-seconds", "How long requests are still taken after a stop signal, with readiness off.", (long)Defaults.Drain.TotalSeconds);

    private static readonly Option<long> ShutdownTimeout =
        Of("--shutdown-timeout-seconds", "How long running requests may then take.", (long)Defaults.ShutdownTimeout.TotalSeconds);

    public static Command Create()
    {
        var command = new Command("serve", "Serves rerank models over HTTP.")
        {
            Directories, ModelSet, Urls, AdminUrls, ProbeUrls, AdminTokenFile, ModelDirectory, BundledDirectory, ClaimsDirectory,
            MaxBodyBytes, MaxDocuments, Threads, MaxQueue, GpuMemory, MaxFileBytes, KeptFiles, RequestTimeout, Drain, ShutdownTimeout,
        };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>The options of a command line without <c>serve</c> itself.</summary>
    public static ServeOptions Parse(params string[] args)
    {
        var result = Create().Parse(args);
        return result.Errors.Count == 0 ? Read(result) : throw new ArgumentException(string.Join("; ", result.Errors.Select(e => e.Message)), nameof(args));
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = Read(result);
        var problems = ServeOptionsCheck.Problems(options);
        if (problems.Count > 0)
        {
            foreach (var problem in problems)
                await Console.Error.WriteLineAsync(problem);
            return InvalidOptions;
        }

        await using var app = HostApplication.Build(options);
        try
        {
            await app.RunAsync(cancellationToken);
        }
        catch (Exception e) when (e is ModelLoadException or InvalidModelSetException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return InvalidOptions;
        }

        return 0;
    }

    private static ServeOptions Read(ParseResult result) => new()
    {
        Directories = result.GetValue(Directories) ?? [],
        ModelSetFile = result.GetValue(ModelSet),
        Urls = Split(result.GetValue(Urls)),
        AdminUrls = Split(result.GetValue(AdminUrls)),
        ProbeUrls = Split(result.GetValue(ProbeUrls)),
        AdminTokenFile = result.GetValue(AdminTokenFile),
        ModelDirectory = result.GetRequiredValue(ModelDirectory),
        BundledDirectory = result.GetRequiredValue(BundledDirectory),
        ClaimsDirectory = result.GetRequiredValue(ClaimsDirectory),
        Limits = new RequestLimits { MaxBodyBytes = result.GetValue(MaxBodyBytes), MaxDocuments = result.GetValue(MaxDocuments) },
        Threads = result.GetValue(Threads),
        MaxQueue = TimeSpan.FromSeconds(result.GetValue(MaxQueue)),
        GpuMemoryBytes = result.GetValue(GpuMemory),
        KeptFilesBytes = result.GetValue(KeptFiles),
        MaxFileBytes = result.GetValue(MaxFileBytes),
        RequestTimeout = TimeSpan.FromMilliseconds(result.GetValue(RequestTimeout)),
        Drain = TimeSpan.FromSeconds(result.GetValue(Drain)),
        ShutdownTimeout = TimeSpan.FromSeconds(result.GetValue(ShutdownTimeout)),
    };

    private static string[] Split(string? urls) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static Option<string> Addresses(string name, string description, IReadOnlyList<string> value) =>
        Of(name, description + " Several are separated by semicolons.", string.Join(';', value));

    private static Option<T> Of<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
