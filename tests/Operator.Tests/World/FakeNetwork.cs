using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Web;
using k8s.Models;
using Rerank.Contracts.Admin;
using Rerank.Operator.Manifests;

namespace Rerank.Operator.Tests.World;

/// <summary>Connects admin calls to the processes of the fake nodes. Nobody listens anywhere else.</summary>
/// <param name="time">By which long polls wait; without it they are answered at once.</param>
internal sealed class FakeNetwork(CrashPoint crash, TimeProvider? time = null) : HttpMessageHandler, IHttpClientFactory
{
    private readonly ConcurrentDictionary<string, IFakeProcess> _processes = [];

    private int _waiting;

    /// <summary>Requests that hang at the moment.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The token that processes accept.</summary>
    public string? Token { get; set; }

    /// <summary>Whether every token will do, where there are many pipelines.</summary>
    public bool TakesAnyToken { get; set; }

    /// <summary>The one that they accept too.</summary>
    public string? PreviousToken { get; set; }

    /// <summary>Whether kubelets are late, so that pods still have the Secret as it was.</summary>
    public bool IsSecretLate { get; set; }

    /// <summary>As pods see the Secret now.</summary>
    public void Project(V1Secret? secret)
    {
        if (!IsSecretLate)
            (Token, PreviousToken) = secret is null ? (null, null) : (AdminSecret.Read(secret).Token, AdminSecret.Read(secret).Previous);
    }

    /// <summary>Are told of every request, by its authority.</summary>
    public Action<string> Began { get; set; } = _ => { };

    public Action<string> Ended { get; set; } = _ => { };

    /// <summary>Whether a request is never answered.</summary>
    public Func<HttpRequestMessage, bool> Hangs { get; set; } = _ => false;

    /// <summary>Who else answers, by authority.</summary>
    public Dictionary<string, Func<HttpRequestMessage, HttpResponseMessage>> Elsewhere { get; } = [];

    public void Listen(string ip, int port, IFakeProcess process) => _processes[$"{ip}:{port}"] = process;

    public void Hang(string ip)
    {
        foreach (var address in _processes.Keys.Where(a => a.StartsWith($"{ip}:", StringComparison.Ordinal)).ToList())
            _processes.TryRemove(address, out _);
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Began(request.RequestUri!.Authority);
        try
        {
            return await AnswerAsync(request, cancellationToken);
        }
        finally
        {
            Ended(request.RequestUri.Authority);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Elsewhere.TryGetValue(request.RequestUri!.Authority, out var answer))
            return answer(request);
        if (!_processes.TryGetValue(request.RequestUri.Authority, out var process))
            throw new HttpRequestException($"connection refused: {request.RequestUri.Authority}");
        if (Hangs(request))
            await HangAsync(cancellationToken);
        if (request.Headers.Authorization is not { Scheme: "Bearer", Parameter: { } token } || (token != Token && token != PreviousToken && !TakesAnyToken))
            return new(HttpStatusCode.Unauthorized);
        AdminReply reply;
        if (request.Method == HttpMethod.Put)
        {
            reply = process.Put(await request.Content!.ReadAsStringAsync(cancellationToken));
            crash.Wrote();
        }
        else
        {
            await WaitAsync(process, request.RequestUri, cancellationToken);
            reply = process.Get();
        }

        return new(reply.Status) { Content = new StringContent(reply.Body, Encoding.UTF8, "application/json") };
    }

    private async Task HangAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task WaitAsync(IFakeProcess process, Uri asked, CancellationToken cancellationToken)
    {
        var query = HttpUtility.ParseQueryString(asked.Query);
        if (time is null || query[AdminProtocol.WaitQuery] is not { } wait || query[AdminProtocol.VersionQuery] is not { } version)
            return;
        var longest = TimeSpan.FromMilliseconds(int.Parse(wait, CultureInfo.InvariantCulture));
        await process.ChangedAsync(long.Parse(version, CultureInfo.InvariantCulture)).WaitAsync(longest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
