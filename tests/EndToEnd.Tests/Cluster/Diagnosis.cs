namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>What someone would look at first after a failure.</summary>
internal sealed class Diagnosis(ITestOutputHelper output)
{
    public async Task WriteAsync(params Kubectl[] places)
    {
        foreach (var kubectl in places)
        {
            await WriteAsync(kubectl, "get", "all,configmaps,networkpolicies,rerankpipelines,modelversions", "-o", "wide");
            await WriteAsync(kubectl, "describe", "rerankpipelines,modelversions");
            await WriteAsync(kubectl, "get", "configmaps", "-l", "app.kubernetes.io/component=report", "-o", @"jsonpath={range .items[*]}{.data.report\.json}{""\n""}{end}");
            await WriteAsync(kubectl, "get", "events", "--sort-by=.lastTimestamp");
            foreach (var pod in await kubectl.ListAsync("pods"))
            {
                var name = (string)pod!["metadata"]!["name"]!;
                await WriteAsync(kubectl, "logs", name, "--all-containers", "--prefix", "--tail=80");
                if (pod["status"]?["containerStatuses"]?.AsArray().Any(container => (int?)container!["restartCount"] > 0) ?? false)
                    await WriteAsync(kubectl, "logs", name, "--all-containers", "--prefix", "--tail=40", "--previous");
            }
        }
    }

    private async Task WriteAsync(Kubectl kubectl, params string[] arguments)
    {
        var result = await kubectl.TryAsync(arguments);
        output.WriteLine($"---- {kubectl.Namespace}: kubectl {string.Join(' ', arguments)}\n{result.Output}{result.Error}");
    }
}
