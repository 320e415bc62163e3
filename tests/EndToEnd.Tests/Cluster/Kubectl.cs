using System.Diagnostics;
using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>kubectl, as users run it, in one namespace.</summary>
internal sealed class Kubectl(string kubeconfig, string ns)
{
    public string Namespace { get; } = ns;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Kubectl In(string other) => new(kubeconfig, other);

    public Task<string> RunAsync(params string[] arguments) => Command.RequireAsync("kubectl", Given(arguments), Stop);

    public Task<CommandResult> TryAsync(params string[] arguments) => Command.RunAsync("kubectl", Given(arguments), Stop);

    /// <summary>Runs until it is killed.</summary>
    public Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("kubectl", Given(arguments)) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public async Task<JsonNode> GetAsync(string resource, string name) => JsonNode.Parse(await RunAsync("get", resource, name, "-o", "json"))!;

    /// <summary>Objects of a kind with these labels; every one without labels.</summary>
    public async Task<JsonArray> ListAsync(string resource, string labels = "") =>
        JsonNode.Parse(await RunAsync("get", resource, "-l", labels, "-o", "json"))!["items"]!.AsArray();

    /// <summary>Without kubectl's own validation: an old one doesn't know rules in CRDs.</summary>
    public Task ApplyAsync(string manifests) =>
        Command.RequireAsync("kubectl", Given(["apply", "--validate=false", "-f", "-"]), Stop, manifests);

    /// <summary>To the namespaces that the manifests name themselves.</summary>
    public Task ApplyAnywhereAsync(string manifests) =>
        Command.RequireAsync("kubectl", ["--kubeconfig", kubeconfig, "apply", "--validate=false", "-f", "-"], Stop, manifests);

    public Task ApplyAsync(JsonNode manifest) => ApplyAsync(manifest.ToJsonString());

    public Task ApplyFolderAsync(string directory) => RunAsync("apply", "--validate=false", "-f", directory);

    private string[] Given(string[] arguments) => ["--kubeconfig", kubeconfig, "--namespace", Namespace, .. arguments];
}
