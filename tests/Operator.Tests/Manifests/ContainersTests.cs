using Rerank.Operator.Manifests;
using Rerank.Programs.Logs;

namespace Rerank.Operator.Tests.Manifests;

public sealed class ContainersTests
{
    [Fact]
    public void Environment_OfTheDefaults_IsNone()
    {
        Assert.Null(Containers.Environment("RERANK_HOST_", new OperatorOptions()));
        Assert.Null(Containers.Environment("RERANK_HOST_", new OperatorOptions { OtlpEndpoint = "" }));
    }

    [Fact]
    public void Environment_OfProxies_IsOnlyForWhatDownloads()
    {
        var options = new OperatorOptions { Proxy = new() { Http = " ", Https = "http://proxy:3128", NoProxy = "10.0.0.0/8,.svc" } };

        Assert.Null(Containers.Environment("RERANK_HOST_", options));
        Assert.Equal(
            [("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "10.0.0.0/8,.svc")],
            Containers.Environment("RERANK_HOST_", options, downloads: true)!.Select(variable => (variable.Name, variable.Value)));
    }

    [Fact]
    public void Environment_OfSettings_HasTheProgramsVariables()
    {
        var variables = Containers.Environment("RERANK_HOST_", new OperatorOptions { LogFormat = LogFormat.Json, OtlpEndpoint = "http://collector:4317" });

        Assert.Equal(
            [("RERANK_HOST_LOG_FORMAT", "json"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317")],
            variables!.Select(variable => (variable.Name, variable.Value)));
    }
}
