using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Feedback;

/// <summary>Small questions to all of the pipeline's routers, a bounded number at the same time.</summary>
internal static class PeerCalls
{
    /// <param name="take">What a router says; true: no other need be asked.</param>
    public static async Task ForAllAsync(
        ClusterState peers, string path, int atOnce, Func<DestinationState, HttpResponseMessage, CancellationToken, Task<bool>> take, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = enough.Token };
        try
        {
            await Parallel.ForEachAsync(peers.DestinationsState.AllDestinations, limit, async (peer, stop) =>
            {
                try
                {
                    using var message = Message(HttpMethod.Get, peer, path);
                    using var response = await peers.Model.HttpClient.SendAsync(message, stop);
                    if (await take(peer, response, stop))
                        await enough.CancelAsync();
                }
                catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
                {
                    // A router that can't be reached, or not in time, can't say anything, and others may.
                }
            });
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // Found, or out of time: what was said so far is what there is.
        }
    }

    public static HttpRequestMessage Message(HttpMethod method, DestinationState peer, string path)
    {
        var message = new HttpRequestMessage(method, new Uri(new Uri(peer.Model.Config.Address), path));
        message.Headers.Host = peer.Model.Config.Host;
        return message;
    }
}
