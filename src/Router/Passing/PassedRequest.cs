using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Primitives;
using Rerank.Contracts.Scoring;
using Rerank.Programs.Traces;
using Rerank.Router.Serving;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Passing;

/// <summary>
/// What a host is sent of a request that is passed on: the body, what is needed to read it, and what score requests have. Nothing else of the caller's, so no credentials either.
/// </summary>
/// <param name="hasOther">Whether there is another host to ask.</param>
internal sealed class PassedRequest(PassedCall call, DestinationState destination, bool hasOther, Activity? span) : HttpTransformer
{
    /// <summary>
    /// Whether the host can't answer such requests, which another may: it isn't ready, or is of a version that doesn't know the path. What it said of that is no answer.
    /// </summary>
    public bool IsRefused { get; private set; }

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var from = httpContext.Request.Headers;
        proxyRequest.RequestUri = new Uri(destinationPrefix + call.Path);
        proxyRequest.Headers.Host = destination.Model.Config.Host;
        if (proxyRequest.Content is { } content)
        {
            content.Headers.ContentLength = httpContext.Request.ContentLength;
            Copy(content.Headers, "Content-Type", from.ContentType);
            Copy(content.Headers, "Content-Encoding", from.ContentEncoding);
        }

        var headers = proxyRequest.Headers;
        headers.TryAddWithoutValidation(ScoreApi.DigestHeader, call.Tier.Model.Digest);
        headers.TryAddWithoutValidation(ScoreApi.RequestIdHeader, call.RequestId);
        headers.TryAddWithoutValidation(ScoreApi.TimeoutHeader, Math.Max(1, (long)call.Budget.TimeLeft.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation(ScoreApi.MaxBodyBytesHeader, call.Limits.MaxBodyBytes.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation(ScoreApi.MaxDocumentsHeader, call.Limits.MaxDocuments.ToString(CultureInfo.InvariantCulture));
        span.Propagate(proxyRequest, name => from[name]);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // Hosts that know the path never say that they don't, and what those would say that don't has another dialect's shape.
        IsRefused = proxyResponse?.StatusCode == HttpStatusCode.NotFound
            || (proxyResponse?.StatusCode == HttpStatusCode.ServiceUnavailable && hasOther && call.Body.CanBeSentAnew);
        if (IsRefused)
            return false;

        // The host has the same id, and what is there already would be added to.
        proxyResponse?.Headers.Remove(RerankHeaders.RequestId);
        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private static void Copy(System.Net.Http.Headers.HttpContentHeaders headers, string name, StringValues value)
    {
        if (value.Count > 0)
            headers.TryAddWithoutValidation(name, value.ToString());
    }
}
