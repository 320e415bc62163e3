using System.Net;
using System.Text;

namespace Rerank.Operator.Tests.World;

/// <summary>Connects admin calls to the processes of the fake nodes. Nobody listens anywhere else.</summary>
internal sealed class FakeNetwork(CrashPoint crash) : HttpMessageHandler, IHttpClientFactory
{
    private readonly Dictionary<string, IFakeProcess> _processes = [];

    /// <summary>The token that processes accept.</summary>
    public string? Token { get; set; }

    /// <summary>Who else answers, by authority.</summary>
    public Dictionary<string, Func<HttpRequestMessage, HttpResponseMessage>> Elsewhere { get; } = [];

    public void Listen(string ip, int port, IFakeProcess process) => _processes[$"{ip}:{port}"] = process;

    public void Hang(string ip)
    {
        foreach (var address in _processes.Keys.Where(a => a.StartsWith($"{ip}:", StringComparison.Ordinal)).ToList())
            _processes.Remove(address);
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Elsewhere.TryGetValue(request.RequestUri!.Authority, out var answer))
            return answer(request);
        if (!_processes.TryGetValue(request.RequestUri.Authority, out var process))
            throw new HttpRequestException($"connection refused: {request.RequestUri.Authority}");
        if (request.Headers.Authorization is not { Scheme: "Bearer", Parameter: { } token } || token != Token)
            return new(HttpStatusCode.Unauthorized);
        AdminReply reply;
        if (request.Method == HttpMethod.Put)
        {
            reply = process.Put(await request.Content!.ReadAsStringAsync(cancellationToken));
            crash.Wrote();
        }
        else
        {
            reply = process.Get();
        }

        return new(reply.Status) { Content = new StringContent(reply.Body, Encoding.UTF8, "application/json") };
    }
}
