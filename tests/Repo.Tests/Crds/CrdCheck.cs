using System.Diagnostics;

namespace Rerank.Repo.Tests.Crds;

/// <summary>
/// The test environment's <c>crdcheck</c>: an API server's own validation of CRDs and objects, CEL rules and their cost included.
/// </summary>
internal static class CrdCheck
{
    private const string Reason =
        "crdcheck is not here, so nothing was checked against Kubernetes' own validation. Set TESTENV to the folder that has it.";

    /// <returns>Its output, one verdict a line.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(string mode, params IEnumerable<string> files)
    {
        var program = Path.Combine(
            Environment.GetEnvironmentVariable("TESTENV") ?? Repository.PathOf("..", "shared", "testenv"),
            "crdcheck");
        if (!File.Exists(program))
        {
            Assert.False(Environment.GetEnvironmentVariable("REQUIRE_CLUSTER") == "1", Reason);
            Assert.Skip(Reason);
        }

        var start = new ProcessStartInfo(program) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Repository.Files("config/crds", "*.yaml").Append(mode).Concat(files))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
