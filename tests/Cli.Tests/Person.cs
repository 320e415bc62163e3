using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rerank.TestKit;

namespace Rerank.Cli.Tests;

/// <summary>Somebody who types commands, and whose kubeconfig leads to a server of the test.</summary>
internal sealed class Person : IAsyncDisposable
{
    private readonly FakeApiServer _server;
    private readonly string _kubeconfig = Path.GetTempFileName();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();
    private bool _stopped;

    private Person(FakeApiServer server)
    {
        _server = server;
        File.WriteAllText(
            _kubeconfig,
            $$$"""
            {"apiVersion": "v1", "kind": "Config", "current-context": "test",
             "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
             "clusters": [{"name": "test", "cluster": {"server": "{{{server.Kubernetes.BaseUri}}}"}}],
             "users": [{"name": "test", "user": {"token": "of-a-test"} }]}
            """);
    }

    public string Output => _output.ToString();

    public string Errors => _errors.ToString();

    public static async Task<Person> StartAsync(RequestDelegate answer, CancellationToken cancellationToken) =>
        new(await FakeApiServer.StartAsync(answer, cancellationToken));

    public Task<int> RunAsync(string arguments) => CommandLine.RunAsync(
        arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        new(_output, _errors, new FakeTimeProvider(Sample.Now), IsTerminal: false, UsesColour: false, name => name == "KUBECONFIG" ? _kubeconfig : null),
        TestContext.Current.CancellationToken);

    public async Task StopServerAsync()
    {
        _stopped = true;
        await _server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
            await _server.DisposeAsync();
        File.Delete(_kubeconfig);
        await _output.DisposeAsync();
        await _errors.DisposeAsync();
    }
}
