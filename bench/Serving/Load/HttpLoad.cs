using System.Diagnostics;
using System.Net.Http.Headers;

namespace Rerank.Serving.Load;

/// <summary>Clients that each send one request after the other.</summary>
internal sealed class HttpLoad(string address) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Sends for at least so long, and ends with the last answer.</summary>
    /// <param name="first">Of the requests, which are sent round and round.</param>
    /// <returns>Tokens a second over all of that time, and every request's latency.</returns>
    public async Task<LoadResult> RunAsync(
        IReadOnlyList<Request> requests, int clients, TimeSpan duration, int first = 0, CancellationToken cancellationToken = default)
    {
        var next = first - 1;
        var tokens = 0L;
        var latencies = new List<double>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(ClientAsync, CancellationToken.None)));
        return new LoadResult(tokens / Stopwatch.GetElapsedTime(started).TotalSeconds, latencies);

        async Task ClientAsync()
        {
            while (Stopwatch.GetElapsedTime(started) < duration && !cancellationToken.IsCancellationRequested)
            {
                var request = requests[Interlocked.Increment(ref next) % requests.Count];
                var latency = await Timed.MillisecondsAsync(() => SendAsync(request));
                lock (latencies)
                {
                    latencies.Add(latency);
                    tokens += request.Tokens;
                }
            }
        }
    }

    public async Task SendAsync(Request request)
    {
        using var content = new ByteArrayContent(request.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _client.PostAsync("/rerank", content);
        response.EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
    }

    public Task<string> GetAsync(string path) => _client.GetStringAsync(path);

    public void Dispose() => _client.Dispose();
}

/// <param name="Latencies">In milliseconds.</param>
internal sealed record LoadResult(double TokensPerSecond, List<double> Latencies)
{
    public double Percentile(double share)
    {
        var sorted = Latencies.Order().ToArray();
        return sorted[(int)Math.Round(share * (sorted.Length - 1))];
    }
}
