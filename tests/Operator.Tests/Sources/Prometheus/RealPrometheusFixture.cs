using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rerank.TestKit;

namespace Rerank.Operator.Tests.Sources.Prometheus;

/// <summary>A real Prometheus and an exporter that it scrapes, whose text tests write.</summary>
public sealed class RealPrometheusFixture : IAsyncLifetime
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, double> _series = new(StringComparer.Ordinal);
    private WebApplication _exporter = null!;
    private PrometheusServer? _prometheus;

    public string Address => _prometheus!.Address;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _exporter = builder.Build();
        _exporter.MapGet("/metrics", () => Results.Text(Exposition(), "text/plain; version=0.0.4"));
        await _exporter.StartAsync(TestContext.Current.CancellationToken);
        var address = _exporter.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _prometheus = await PrometheusServer.StartAsync(new Uri(address).Authority, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
            await _prometheus.DisposeAsync();
        await _exporter.DisposeAsync();
    }

    /// <param name="series">As in <c>orders_total{revision="x"}</c>.</param>
    public void Set(string series, double value)
    {
        lock (_lock)
            _series[series] = value;
    }

    public void Add(string series, double value)
    {
        lock (_lock)
            _series[series] = _series.GetValueOrDefault(series) + value;
    }

    public void Remove(string series)
    {
        lock (_lock)
            _series.Remove(series);
    }

    private string Exposition()
    {
        lock (_lock)
            return string.Concat(_series.Select(s => $"{s.Key} {s.Value}\n"));
    }
}
