using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Rerank.Contracts.Models;

namespace Rerank.RerankerHost.Sources;

/// <summary>
/// Asks a source for a file. Redirects are followed here and not by the handler, since a hub sends its callers on to another host with
/// a signed address: the credential is for the source alone.
/// </summary>
internal sealed class ArtifactClient(IHttpClientFactory clients)
{
    public const string ClientName = "artifacts";

    private const int MostRedirects = 10;

    /// <param name="offset">First byte wanted.</param>
    /// <param name="validator">Entity tag of the bytes that are there already.</param>
    /// <exception cref="HttpRequestException">No answer, or a redirect that isn't followed.</exception>
    public async Task<ArtifactResponse> GetAsync(
        Uri address, SourceCredential? credential, long offset, EntityTagHeaderValue? validator, CancellationToken cancellationToken)
    {
        var client = clients.CreateClient(ClientName);
        var current = address;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, current);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            var atSource = SameOrigin(address, current);
            if (atSource && credential is not null)
                request.Headers.Authorization = Authorization(credential);
            if (offset > 0)
            {
                request.Headers.Range = new RangeHeaderValue(offset, null);
                if (validator is { IsWeak: false })
                    request.Headers.IfRange = new RangeConditionHeaderValue(validator);
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
                return new ArtifactResponse(response, current, atSource);

            response.Dispose();
            current = Follow(current, location);
        }

        throw new HttpRequestException($"more than {MostRedirects} redirects");
    }

    private static Uri Follow(Uri from, Uri location)
    {
        var to = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (to.Scheme != from.Scheme && to.Scheme != Uri.UriSchemeHttps)
            throw new HttpRequestException($"a redirect from {from.Scheme} to {to.Scheme} is not followed");
        return to;
    }

    private static bool SameOrigin(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && a.IdnHost.Equals(b.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently
        or HttpStatusCode.Found
        or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect
        or HttpStatusCode.PermanentRedirect;

    private static AuthenticationHeaderValue Authorization(SourceCredential credential) => credential.BearerToken is { } token
        ? new AuthenticationHeaderValue("Bearer", token)
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}")));
}

/// <param name="Address">Who answered. Its query may hold a signature: show it by <see cref="Host"/> only.</param>
/// <param name="AtSource">Whether that is the source itself, not somebody whom it redirected to.</param>
internal sealed record ArtifactResponse(HttpResponseMessage Message, Uri Address, bool AtSource) : IDisposable
{
    public string Host => Address.Authority;

    public void Dispose() => Message.Dispose();
}
