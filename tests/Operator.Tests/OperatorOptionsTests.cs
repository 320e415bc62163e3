using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rerank.Operator.Run;
using Rerank.Operator.Runtime;
using Rerank.Programs.Logs;

namespace Rerank.Operator.Tests;

public sealed class OperatorOptionsTests
{
    [Theory]
    [InlineData("Images:Router", "")]
    [InlineData("ImagePullPolicy", "Sometimes")]
    [InlineData("PushTimeout", "00:10:00")]
    [InlineData("StatusTimeout", "00:00:00")]
    [InlineData("PrometheusTimeout", "00:00:00")]
    [InlineData("OtlpEndpoint", "collector")]
    [InlineData("Proxy:Https", "ftp://proxy")]
    public void Value_NotAllowed_IsRefused(string key, string value) =>
        Assert.Throws<OptionsValidationException>(() => Read((key, value)));

    [Fact]
    public void Value_AsTheChartSetsIt_IsRead()
    {
        var options = Read(("Images:RerankerHostCuda", "registry/host:cuda"), ("ImagePullPolicy", "Always"), ("Namespace", "rerank-system"), ("LogFormat", "json"), ("OtlpEndpoint", "http://collector:4317"));

        Assert.Equal(("registry/host:cuda", "Always", "rerank-system"), (options.Images.RerankerHostCuda, options.ImagePullPolicy, options.Namespace));
        Assert.Equal((LogFormat.Json, "http://collector:4317"), (options.LogFormat, options.OtlpEndpoint));
    }

    [Fact]
    public void ClusterSettings_OwnNamespaceAndWatchedOne_AreNotMixedUp()
    {
        var runtime = new RuntimeOptions();

        ClusterSettings.Bind(Section(("Namespace", "rerank-system"), ("WatchNamespace", ""), ("LeaderElection:LeaseName", "my-lease")), runtime);

        Assert.Null(runtime.Namespace);
        Assert.Equal(("rerank-system", "my-lease"), (runtime.LeaderElection.Namespace, runtime.Name));
    }

    private static OperatorOptions Read(params (string Key, string Value)[] settings) =>
        new ServiceCollection().AddRerankOptions(Section(settings)).BuildServiceProvider().GetRequiredService<IOptions<OperatorOptions>>().Value;

    private static IConfigurationSection Section(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Operator:{s.Key}", (string?)s.Value)))
            .Build()
            .GetSection(OperatorOptions.Section);
}
