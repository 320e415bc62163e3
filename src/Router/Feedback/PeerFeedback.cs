using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rerank.Contracts.Feedback;
using Rerank.Dialects;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Feedback;

/// <summary>
/// Hands feedback on to the one of the pipeline's other routers that gave the answer. An id that a router gave out says which; where that one doesn't know it, and for one that a caller chose, all are asked whether
/// they do, which takes a few bytes each. The feedback itself goes to one router, or to none.
/// </summary>
internal sealed class PeerFeedback(PeerDirectory directory, RequestIds ids, TimeProvider time) : IDisposable
{
    /// <summary>Calls that are handed on at the same time. Anybody can ask about answers that nobody gave.</summary>
    public const int MaxAtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly SemaphoreSlim _atOnce = new(MaxAtOnce);

    public void Dispose() => _atOnce.Dispose();

    /// <returns>Whether the one that gave the answer has taken it.</returns>
    /// <exception cref="RequestException">It finds the feedback wrong, or too much is handed on already.</exception>
    public async Task<bool> TryHandOnAsync(ClusterState peers, Guid requestId, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var router = RequestIds.RouterOf(requestId);
        if (router == ids.Router)
            return false;
        if (!_atOnce.Wait(TimeSpan.Zero, cancellationToken))
            throw new RequestException(new RequestError(RequestErrorKind.Overloaded, "too much feedback is handed on at the moment", RetryAfterSeconds: 1));

        try
        {
            using var timeout = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            return await HandOnAsync(peers, requestId, router, body, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            _atOnce.Release();
        }
    }

    private async Task<bool> HandOnAsync(ClusterState peers, Guid requestId, uint? router, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // Copied: a call that is given up may go on reading it for a while.
        var copy = body.ToArray();
        DestinationState? owner = null;
        if (router is { } known)
        {
            owner = await directory.FindAsync(peers, known, cancellationToken);
            if (owner is null)
                return false;
            if (await HandOnAsync(peers, owner, copy, cancellationToken))
                return true;
        }

        // A caller may have sent an id again, with its next request, that a router gave out once: then another one may have answered that.
        return await FindAsync(peers, requestId, cancellationToken) is { } other && other != owner && await HandOnAsync(peers, other, copy, cancellationToken);
    }

    private static async Task<bool> HandOnAsync(ClusterState peers, DestinationState owner, byte[] body, CancellationToken cancellationToken)
    {
        var (taken, error) = await SendAsync(peers, owner, body, cancellationToken);
        return error is null ? taken : throw new RequestException(RequestErrorKind.Invalid, error);
    }

    private static async Task<DestinationState?> FindAsync(ClusterState peers, Guid requestId, CancellationToken cancellationToken)
    {
        DestinationState? owner = null;
        await PeerCalls.ForAllAsync(peers, FeedbackApi.AnswersPath + requestId, PeerDirectory.MaxAtOnce, (peer, response, _) =>
        {
            if (response.StatusCode != HttpStatusCode.NoContent)
                return Task.FromResult(false);
            Volatile.Write(ref owner, peer);
            return Task.FromResult(true);
        }, cancellationToken);
        return owner;
    }

    private static async Task<(bool Taken, string? Error)> SendAsync(
        ClusterState peers, DestinationState peer, byte[] body, CancellationToken cancellationToken)
    {
        using var message = PeerCalls.Message(HttpMethod.Post, peer, FeedbackApi.Path);
        message.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        message.Headers.Add(FeedbackApi.ForwardedHeader, "true");
        try
        {
            using var response = await peers.Model.HttpClient.SendAsync(message, cancellationToken);
            if (response.StatusCode != HttpStatusCode.BadRequest)
                return (response.StatusCode == HttpStatusCode.Accepted, null);

            using var error = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return (false, error.RootElement.GetProperty("message").GetString());
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // A router that can't be reached can't say whether the answer is its own.
            return (false, null);
        }
    }
}
