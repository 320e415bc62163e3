using System.Text.RegularExpressions;
using Rerank.Contracts.Routing;
using Rerank.Http;
using Rerank.Programs.Traces;
using Rerank.RerankerHost.Commands;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Serving;

/// <summary>Finds every mistake in the options before anything is started.</summary>
internal static partial class ServeOptionsCheck
{
    public static IReadOnlyList<string> Problems(ServeOptions options)
    {
        var problems = new List<string>();
        CheckModels(options, problems);
        CheckAddresses(options, problems);
        CheckAdmin(options, problems);
        CheckOrigins(options, problems);
        CheckLimits(options, problems);
        if (ProgramTraces.Problem(options.OtlpEndpoint) is { } problem)
            problems.Add($"--otlp-endpoint: {problem}");
        return problems;
    }

    private static void CheckModels(ServeOptions options, List<string> problems)
    {
        var pushed = options.ModelSetFile is not null || options.AdminUrls.Count > 0;
        if (options.Models.Count > 0 && pushed)
            problems.Add("DIR can't be used together with --model-set or --admin-urls: a host serves either the folders given or a model set");
        if (options.Models.Count == 0 && !pushed)
            problems.Add("nothing to serve: give one or more model folders (DIR), or --model-set and --admin-urls");

        if (options.ExecutionProviders.Count == 0)
            problems.Add($"{ProvidersOption.Name}: {ProvidersOption.Problem}");
        foreach (var path in options.Models.Where(p => !Directory.Exists(p) && !(File.Exists(p) && p.EndsWith(".onnx", StringComparison.Ordinal))))
            problems.Add($"DIR: {path} is neither a directory nor an *.onnx file");
        foreach (var name in options.Models.GroupBy(HandServedModel.NameOf).Where(g => g.Count() > 1).Select(g => g.Key))
            problems.Add($"DIR: two models are named {name}: a model has the name of its folder");
    }

    private static void CheckAddresses(ServeOptions options, List<string> problems)
    {
        if (options.Urls.Count == 0)
            problems.Add("--urls: at least one address is needed");
        var all = new[] { ("--urls", options.Urls), ("--admin-urls", options.AdminUrls), ("--probe-urls", options.ProbeUrls) };
        var seen = new HashSet<ListenAddress>();
        foreach (var (option, urls) in all)
        {
            foreach (var url in urls)
            {
                if (!ListenAddress.TryParse(url, out var address, out var problem))
                    problems.Add($"{option}: {url}: {problem}");
                else if (address.Port != 0 && !seen.Add(address))
                    problems.Add($"{option}: {url} is given twice");
            }
        }
    }

    private static void CheckAdmin(ServeOptions options, List<string> problems)
    {
        if (options.AdminUrls.Count == 0)
        {
            if (options.AdminTokenFile is not null)
                problems.Add("--admin-token-file has no use without --admin-urls");
            return;
        }

        if (options.AdminTokenFile is null)
            problems.Add("--admin-urls needs --admin-token-file: the admin port is never open to everyone");
        else if (!File.Exists(options.AdminTokenFile))
            problems.Add($"--admin-token-file: {options.AdminTokenFile} does not exist");
        else if (string.IsNullOrWhiteSpace(File.ReadAllText(options.AdminTokenFile)))
            problems.Add($"--admin-token-file: {options.AdminTokenFile} is empty");
    }

    private static void CheckOrigins(ServeOptions options, List<string> problems)
    {
        if (options.AllowedOrigins.Count > RoutingLimits.MaxAllowedOrigins)
            problems.Add($"--allowed-origin: {options.AllowedOrigins.Count} are more than {RoutingLimits.MaxAllowedOrigins}");
        foreach (var origin in options.AllowedOrigins.Where(origin => origin.Length > RoutingLimits.MaxOriginLength || !Origin().IsMatch(origin)))
            problems.Add($"--allowed-origin: {origin} is not an origin such as https://shop.example.org, nor *");
    }

    private static void CheckLimits(ServeOptions options, List<string> problems)
    {
        Range("--max-body-bytes", options.Limits.MaxBodyBytes, 1024, 1 << 30);
        Range("--request-memory-bytes", options.RequestMemoryBytes ?? RequestMemory.LeastBytes, RequestMemory.LeastBytes, long.MaxValue);
        Range("--max-documents", options.Limits.MaxDocuments, 1, 100_000);
        Range("--max-file-bytes", options.MaxFileBytes, 1, long.MaxValue);
        Range("--gpu-memory-bytes", options.GpuMemoryBytes ?? 1, 1, long.MaxValue);
        Range("--kept-files-bytes", options.KeptFilesBytes, 0, long.MaxValue);
        Range("--request-timeout-milliseconds", (long)options.RequestTimeout.TotalMilliseconds, 1, 3_600_000);
        Range("--run-timeout-seconds", (long)options.RunTimeout.TotalSeconds, 1, 86_400);
        Range("--drain-seconds", (long)options.Drain.TotalSeconds, 0, 3600);
        Range("--shutdown-timeout-seconds", (long)options.ShutdownTimeout.TotalSeconds, 0, 3600);
        Range("--max-queue-seconds", (long)options.MaxQueue.TotalSeconds, 1, 3600);
        if (options.Threads is { } threads)
            Range("--threads", threads, 1, 1024);

        void Range(string option, long value, long least, long most)
        {
            if (value < least || value > most)
                problems.Add($"{option}: {value} is not between {least} and {most}");
        }
    }

    [GeneratedRegex(RoutingLimits.OriginPattern, RegexOptions.CultureInvariant)]
    private static partial Regex Origin();
}
