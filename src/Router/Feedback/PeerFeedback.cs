using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rerank.Contracts.Dialects;
using Rerank.Contracts.Feedback;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Feedback;

/// <summary>Hands feedback on to the pipeline's other routers, all at once: one of them may have given the answer.</summary>
internal sealed class PeerFeedback(TimeProvider time) : IDisposable
{
    /// <summary>Calls that are handed on at the same time. Each is a call to every router, and anybody can ask about answers that nobody gave.</summary>
    public const int MaxAtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly SemaphoreSlim _atOnce = new(MaxAtOnce);

    public void Dispose() => _atOnce.Dispose();

    /// <returns>Whether one of them has taken it.</returns>
    /// <exception cref="RequestException">The one that gave the answer finds the feedback wrong, or too much is handed on already.</exception>
    public async Task<bool> TryHandOnAsync(ClusterState peers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!_atOnce.Wait(TimeSpan.Zero, cancellationToken))
            throw new RequestException(new RequestError(RequestErrorKind.Overloaded, "too much feedback is handed on at the moment", RetryAfterSeconds: 1));

        try
        {
            return await AskAllAsync(peers, body, cancellationToken);
        }
        finally
        {
            _atOnce.Release();
        }
    }

    private async Task<bool> AskAllAsync(ClusterState peers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // Copied: a call that is given up may go on reading it for a while.
        var bytes = body.ToArray();
        var calls = peers.DestinationsState.AllDestinations.Select(peer => AskAsync(peers, peer, bytes, either.Token)).ToArray();
        try
        {
            await foreach (var call in Task.WhenEach(calls))
            {
                var (taken, error) = await call;
                if (error is not null)
                    throw new RequestException(RequestErrorKind.Invalid, error);
                if (taken)
                    return true;
            }

            return false;
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(calls);
        }
    }

    private static async Task<(bool Taken, string? Error)> AskAsync(
        ClusterState peers, DestinationState peer, byte[] body, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(peer.Model.Config.Address), FeedbackApi.Path));
        message.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        message.Headers.Host = peer.Model.Config.Host;
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
