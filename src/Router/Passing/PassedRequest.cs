using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Primitives;
using Rerank.Contracts.Scoring;
using Rerank.Http;
using Rerank.Programs.Traces;
using Rerank.Router.Serving;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Passing;

/// <summary>
/// What a host is sent of a request that is passed on: the body, what is needed to read it, and what score requests have. Nothing else of the caller's, so no credentials either.
/// </summary>
/// <param name="path">Of the route; a query is none of it.</param>
internal sealed class PassedRequest(DestinationState destination, string path, string digest, string requestId, RequestBudget budget, Activity? span) : HttpTransformer
{
    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var from = httpContext.Request.Headers;
        proxyRequest.RequestUri = new Uri(destinationPrefix + path);
        proxyRequest.Headers.Host = destination.Model.Config.Host;
        if (proxyRequest.Content is { } content)
        {
            content.Headers.ContentLength = httpContext.Request.ContentLength;
            Copy(content.Headers, "Content-Type", from.ContentType);
            Copy(content.Headers, "Content-Encoding", from.ContentEncoding);
        }

        var headers = proxyRequest.Headers;
        headers.TryAddWithoutValidation(ScoreApi.DigestHeader, digest);
        headers.TryAddWithoutValidation(ScoreApi.RequestIdHeader, requestId);
        headers.TryAddWithoutValidation(ScoreApi.TimeoutHeader, Math.Max(1, (long)budget.TimeLeft.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        span.Propagate(proxyRequest, name => from[name]);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
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
