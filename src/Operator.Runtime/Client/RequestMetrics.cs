using System.Globalization;
using Prometheus;

namespace Rerank.Operator.Runtime.Client;

/// <summary>Counts requests to the API server under client-go's name for it, so that existing dashboards and alerts fit.</summary>
public sealed class RequestMetrics : DelegatingHandler
{
    private const string NoAnswer = "<error>";

    private readonly Counter _requests;

    public RequestMetrics(CollectorRegistry registry)
    {
        _requests = Metrics.WithCustomRegistry(registry).CreateCounter(
            "rest_client_requests_total", "Requests to the Kubernetes API, by answer and method.", "code", "method");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var code = NoAnswer;
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            return response;
        }
        finally
        {
            _requests.WithLabels(code, request.Method.Method).Inc();
        }
    }
}
