using Microsoft.Extensions.Options;
using Rerank.Http;
using Rerank.Programs.Traces;

namespace Rerank.Router;

internal static class RouterOptionsValidator
{
    /// <exception cref="OptionsValidationException">Says every option that is wrong, and how.</exception>
    public static void Check(RouterOptions options)
    {
        var failures = new List<string>();
        CheckUrls("--urls", options.Urls, failures);
        if (options.ProbeUrls is { } probeUrls)
            CheckUrls("--probe-urls", probeUrls, failures);
        if (options.AdminUrls is { } adminUrls)
        {
            CheckUrls("--admin-urls", adminUrls, failures);
            if (options.AdminTokenFile is not { } tokenFile)
                failures.Add("--admin-token-file is required with --admin-urls");
            else if (!File.Exists(tokenFile))
                failures.Add($"--admin-token-file: there is no file {tokenFile}");
        }
        else if (options.RoutingTablePath is null)
        {
            failures.Add("--routing-table or --admin-urls is required: without either there is nothing to route");
        }

        if (options.Drain < TimeSpan.Zero || options.Drain > TimeSpan.FromMinutes(5))
            failures.Add("--drain-seconds must be from 0 to 300");
        if (options.RequestMemoryBytes < RequestMemory.LeastBytes)
            failures.Add($"--request-memory-bytes must be at least {RequestMemory.LeastBytes}, not {options.RequestMemoryBytes}");
        if (!Path.IsPathRooted(options.SocketDirectory))
            failures.Add($"--socket-directory must be an absolute path, not {options.SocketDirectory}");

        if (ProgramTraces.Problem(options.OtlpEndpoint) is { } problem)
            failures.Add($"--otlp-endpoint: {problem}");

        if (failures.Count > 0)
            throw new OptionsValidationException(nameof(RouterOptions), typeof(RouterOptions), failures);
    }

    private static void CheckUrls(string name, string urls, List<string> failures)
    {
        var all = ListenAddress.Split(urls);
        if (all.Length == 0)
            failures.Add($"{name}: at least one address is required");
        foreach (var url in all)
        {
            if (!ListenAddress.TryParse(url, out _, out var problem))
                failures.Add($"{name}: {url}: {problem}");
        }
    }
}
