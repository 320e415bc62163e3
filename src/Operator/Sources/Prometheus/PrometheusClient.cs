using Microsoft.Extensions.Options;

namespace Rerank.Operator.Sources.Prometheus;

/// <summary>Asks a Prometheus server for a number. That it can't be had is an answer too, not an exception.</summary>
internal sealed class PrometheusClient(IHttpClientFactory clients, IOptions<OperatorOptions> options, TimeProvider time)
{
    public const string ClientName = "prometheus";

    /// <summary>Of one answer, which is to be one number.</summary>
    public const int MaxAnswerBytes = 1024 * 1024;

    public async Task<QueryAnswer> QueryAsync(string server, string promQL, CancellationToken cancellationToken)
    {
        // The pattern of the API lets through some that are no addresses, such as a port of seven digits.
        if (!Uri.TryCreate($"{server}/api/v1/query", UriKind.Absolute, out var address))
            return QueryAnswer.Failed("could not be asked: `serverURL` is no address");
        var limit = options.Value.PrometheusTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var client = clients.CreateClient(ClientName);
            // A form and not a query string: PromQL gets long. The server is to give up, too, when nobody waits any more.
            using var form = new FormUrlEncodedContent([new("query", promQL), new("timeout", $"{limit.TotalMilliseconds:0}ms")]);
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = form };
            using var response = await client.SendAsync(request, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return QueryAnswer.Read(body, (int)response.StatusCode, response.Headers.Date ?? time.GetUtcNow());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return QueryAnswer.Failed($"was not answered within {limit.TotalSeconds} s");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return QueryAnswer.Failed($"was answered with more than {MaxAnswerBytes} bytes, and must return one series: sum them up");
        }
        catch (HttpRequestException e)
        {
            return QueryAnswer.Failed($"could not be asked: {e.Message}");
        }
    }
}
