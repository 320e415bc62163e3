using System.Text;
using System.Text.Json.Nodes;

namespace Rerank.EndToEnd.Client;

/// <summary>Sends requests without a pause. Each query is new, so that no answer comes from a cache alone.</summary>
/// <param name="retries">How often a request that got no answer at all is sent again, as client libraries do.</param>
internal sealed class Load(Uri url, string model, int retries, TimeProvider time)
{
    private static readonly string[] Documents =
    [
        "Berlin is the capital and largest city of Germany.",
        "Paris is known for its museums and its river.",
        "A cache keeps results that are needed again.",
        "The kernel schedules processes on processors.",
        "Bread is made of flour, water, salt and yeast.",
        "A reranker orders passages by how well they answer a query.",
    ];

    private readonly Tally _tally = new();
    private long _number;

    public async Task RunAsync(int workers, CancellationToken stop)
    {
        // Connections are renewed often, so that a pod that joined gets its share.
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(2) };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
        await Task.WhenAll([ReportAsync(stop), .. Enumerable.Range(0, workers).Select(_ => WorkAsync(client, stop))]);
        Console.WriteLine(_tally.ToJson());
    }

    private async Task ReportAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                Console.WriteLine(_tally.ToJson());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task WorkAsync(HttpClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await SendAsync(client, $"what is known about subject {Interlocked.Increment(ref _number)}");
    }

    private async Task SendAsync(HttpClient client, string query)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["query"] = query,
            ["documents"] = new JsonArray([.. Documents.Select(document => (JsonNode)document)]),
        }.ToJsonString();

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var response = await client.PostAsync(url, content);
                Judge(response, await response.Content.ReadAsStringAsync());
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                if (attempt == retries)
                {
                    _tally.Failed($"{time.GetUtcNow():HH:mm:ss.fff} {exception.Message} {exception.InnerException?.Message}");
                    return;
                }

                _tally.Retried();
                await Task.Delay(TimeSpan.FromMilliseconds(200), time);
            }
        }
    }

    private void Judge(HttpResponseMessage response, string body)
    {
        if (!response.IsSuccessStatusCode)
            _tally.Failed($"{time.GetUtcNow():HH:mm:ss.fff} {(int)response.StatusCode} {body}");
        else if (JsonNode.Parse(body)?["results"] is not JsonArray results || results.Count != Documents.Length)
            _tally.Failed($"{time.GetUtcNow():HH:mm:ss.fff} not every document was ranked: {body}");
        else
            _tally.Answered(Header(response, "X-Rerank-Revision"), Header(response, "X-Rerank-Tier"));
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";
}
