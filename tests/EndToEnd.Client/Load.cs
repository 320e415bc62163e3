using System.Text;
using System.Text.Json.Nodes;

namespace Rerank.EndToEnd.Client;

/// <summary>
/// Sends requests at a steady rate, whether or not those before them are answered; but only a few at once, so that on a machine that can't keep up there are
/// fewer requests, and not ever longer queues.
/// </summary>
internal sealed class Load(Uri url, LoadOptions options, TimeProvider time)
{
    private const int Sessions = 200;
    private const int MaxInFlight = 8;

    private readonly Texts _texts = new();
    private readonly Tally _tally = new();
    private readonly Random _random = new(1);

    public async Task RunAsync(CancellationToken stop)
    {
        // Connections are renewed often, so that a pod that joined gets its share.
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(2) };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
        await Task.WhenAll(ReportAsync(stop), SendAllAsync(client, stop));
        Console.WriteLine(_tally.ToJson());
    }

    private async Task ReportAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await NextAsync(timer, stop))
            Console.WriteLine(_tally.ToJson());
    }

    private async Task SendAllAsync(HttpClient client, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / options.Rate), time);
        var inFlight = new List<Task>();
        for (var number = 0L; await NextAsync(timer, stop); number++)
        {
            inFlight.RemoveAll(request => request.IsCompleted);
            if (inFlight.Count < MaxInFlight)
                inFlight.Add(SendAsync(client, $"session-{number % Sessions}", Body()));
        }

        await Task.WhenAll(inFlight);
    }

    private string Body()
    {
        var (query, passages) = _texts.Request(options.Documents, _random);
        return new JsonObject
        {
            ["model"] = options.Model,
            ["query"] = query,
            ["documents"] = new JsonArray([.. passages.Select(passage => (JsonNode)passage)]),
        }.ToJsonString();
    }

    private async Task SendAsync(HttpClient client, string session, string body)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
                request.Headers.Add("X-Session-Id", session);
                using var response = await client.SendAsync(request);
                Judge(session, response, await response.Content.ReadAsStringAsync());
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                if (attempt == options.Retries)
                {
                    _tally.Failed($"{time.GetUtcNow():HH:mm:ss.fff} {exception.Message} {exception.InnerException?.Message}");
                    return;
                }

                _tally.Retried();
                await Task.Delay(TimeSpan.FromMilliseconds(200), time);
            }
        }
    }

    private void Judge(string session, HttpResponseMessage response, string body)
    {
        if (!response.IsSuccessStatusCode)
            _tally.Failed($"{time.GetUtcNow():HH:mm:ss.fff} {(int)response.StatusCode} {body}");
        else if (JsonNode.Parse(body)?["results"] is not JsonArray results || results.Count != options.Documents)
            _tally.Failed($"{time.GetUtcNow():HH:mm:ss.fff} not every document was ranked: {body}");
        else
            _tally.Answered(session, Header(response, "X-Rerank-Revision"), response.Headers.Contains("X-Rerank-Degraded"), time.GetUtcNow());
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <param name="Rate">Requests a second.</param>
/// <param name="Documents">Of each request.</param>
/// <param name="Retries">How often a request that got no answer at all is sent again, as client libraries do.</param>
internal sealed record LoadOptions(string Model, int Rate, int Documents, int Retries);
