namespace Rerank.Scale.Operator;

/// <summary>Brings what is sent to pods to the one server that answers for all of them.</summary>
internal sealed class ToFakePods(Uri server) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(server, $"/{request.RequestUri!.Authority}{request.RequestUri.AbsolutePath}");
        return base.SendAsync(request, cancellationToken);
    }
}
