using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.LocalMode.Tests;

[Collection("local mode")]
public sealed class LocalModeTests
{
    // Four processes start, on a machine that runs other tests at the same time.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly object Question = new
    {
        model = "quickstart",
        query = "what is the capital of germany",
        documents = new[]
        {
            "Paris is the capital of France.",
            "Berlin is the capital and largest city of Germany.",
            "Bananas are rich in potassium.",
        },
    };

    [Fact]
    public async Task Local_Quickstart_ReranksReconcilesEditsAndLeavesNoProcess()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var local = LocalOperator.Start("quickstart");

        var (revision, best) = await AnswerAsync(local, _ => true, cancellationToken);
        Assert.Equal(1, best);

        var file = Directory.EnumerateFiles(local.Directory).Single(file => File.ReadAllText(file).Contains("kind: RerankPipeline", StringComparison.Ordinal));
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        Assert.Contains("type: Margin", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace("ttlSeconds: ", "ttlSeconds: 1", StringComparison.Ordinal), cancellationToken);
        var (changed, _) = await AnswerAsync(local, now => now != revision, cancellationToken);
        Assert.NotEqual(revision, changed);

        var children = local.Children();
        Assert.NotEmpty(children);
        await local.StopAsync(cancellationToken);
        Assert.DoesNotContain(children, LocalOperator.IsRunning);
    }

    [Fact]
    public async Task Local_PortIsInUse_SaysSoAndWritesNothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var kubeconfig = Path.Combine(Path.GetTempPath(), $"kubeconfig-of-another-{port}");

        var result = await Command.RunAsync(
            "dotnet",
            [LocalOperator.AssemblyOf("Operator", "Operator"), "local", Repository.File("config", "samples", "quickstart"), "--port", $"{port}", "--kubeconfig", kubeconfig],
            cancellationToken);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"--port: {port} is in use", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(kubeconfig));
    }

    [Fact]
    public async Task Local_KubectlRerank_ShowsWhatRuns()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var local = LocalOperator.Start("quickstart");
        var (revision, _) = await AnswerAsync(local, _ => true, cancellationToken);

        var status = await local.RerankAsync(cancellationToken, "status", "quickstart");
        var history = await local.RerankAsync(cancellationToken, "history", "quickstart");
        var pause = await local.RerankAsync(cancellationToken, "pause", "nothing");

        Assert.True(status.ExitCode == 0, status.Error);
        Assert.Contains("stable", status.Output, StringComparison.Ordinal);
        Assert.Contains(revision, status.Output, StringComparison.Ordinal);
        Assert.Contains(revision, history.Output, StringComparison.Ordinal);
        Assert.Equal(1, pause.ExitCode);
        Assert.Contains("there is no pipeline \"nothing\"", pause.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_InvalidEdit_SaysWhatIsWrongAndKeepsServing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var local = LocalOperator.Start("quickstart");
        var (revision, _) = await AnswerAsync(local, _ => true, cancellationToken);

        var file = Directory.EnumerateFiles(local.Directory).Single(file => File.ReadAllText(file).Contains("kind: RerankPipeline", StringComparison.Ordinal));
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("placement: Pool", "placement: Everywhere", StringComparison.Ordinal), cancellationToken);

        await Eventually.True(() => Task.FromResult(local.Output.Contains("Unsupported value: \"Everywhere\"", StringComparison.Ordinal)), cancellationToken);
        var (unchanged, _) = await AnswerAsync(local, _ => true, cancellationToken);
        Assert.Equal(revision, unchanged);
    }

    [Fact]
    public async Task Local_ModelOnAClaim_IsReadFromTheFolderThatStandsForIt()
    {
        await using var local = LocalOperator.Start("quickstart", directory =>
        {
            var claim = Directory.CreateDirectory(Path.Combine(directory, "claims", "models", "rerankers", "tiny")).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.Combine(LocalOperator.RepositoryRoot(), "models", "tiny")))
                File.Copy(file, Path.Combine(claim, Path.GetFileName(file)));

            var models = Path.Combine(directory, "models.yaml");
            var text = File.ReadAllText(models);
            const string Bundled = "      bundled:\n        name: tiny\n";
            Assert.Contains(Bundled, text, StringComparison.Ordinal);
            File.WriteAllText(
                models, text.Replace(Bundled, "      persistentVolumeClaim:\n        claimName: models\n        path: rerankers/tiny\n", StringComparison.Ordinal));
        });

        var (_, best) = await AnswerAsync(local, _ => true, TestContext.Current.CancellationToken);

        Assert.Equal(1, best);
    }

    /// <summary>Asks until a revision answers that is the one waited for.</summary>
    private static async Task<(string Revision, int Best)> AnswerAsync(LocalOperator local, Func<string, bool> awaited, CancellationToken cancellationToken)
    {
        var answer = ("", -1);
        await Eventually.Passes(
            async () =>
            {
                using var response = await local.Client.PostAsJsonAsync("/v2/rerank", Question, cancellationToken);
                var body = await response.Content.ReadAsStringAsync(cancellationToken);
                Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {body}\n{local.Output}");
                var revision = Assert.Single(response.Headers.GetValues("X-Rerank-Revision"));
                Assert.True(awaited(revision), $"still {revision}\n{local.Output}");
                answer = (revision, JsonNode.Parse(body)!["results"]![0]!["index"]!.GetValue<int>());
            },
            cancellationToken,
            Patience);
        return answer;
    }
}
