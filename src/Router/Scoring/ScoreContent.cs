using System.Net;
using System.Net.Http.Headers;
using Rerank.Http;

namespace Rerank.Router.Scoring;

/// <summary>A score request's body. Several attempts send the same bytes, and one that was given up keeps them until it is done with them.</summary>
internal sealed class ScoreContent : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly PooledBuffer _body;

    public ScoreContent(PooledBuffer body)
    {
        _body = body;
        Headers.ContentType = Json;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _body.Retain();
        try
        {
            await stream.WriteAsync(_body.Written, cancellationToken);
        }
        finally
        {
            _body.Dispose();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
