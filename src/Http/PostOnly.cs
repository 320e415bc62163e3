using Microsoft.AspNetCore.Http;
using Rerank.Dialects;

namespace Rerank.Http;

/// <summary>Addresses that take POST alone.</summary>
public static class PostOnly
{
    /// <exception cref="RequestException">It is another method; the answer's <c>Allow</c> says so too.</exception>
    public static void Check(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (HttpMethods.IsPost(http.Request.Method))
            return;
        http.Response.Headers.Allow = HttpMethods.Post;
        throw new RequestException(RerankDialects.WrongMethod(http.Request.Path, http.Request.Method, HttpMethods.Post));
    }
}
