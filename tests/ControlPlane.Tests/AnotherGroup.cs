using System.Text;

namespace Rerank.ControlPlane.Tests;

/// <summary>Lets clients that only know rerank.dev speak to a definition of another group.</summary>
internal sealed class AnotherGroup(string group) : DelegatingHandler
{
    private const string Known = "rerank.dev/v1alpha1";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var other = $"{group}/v1alpha1";
        request.RequestUri = new(request.RequestUri!.AbsoluteUri.Replace($"/apis/{Known}/", $"/apis/{other}/", StringComparison.Ordinal));
        request.Content = await WithAsync(request.Content, Known, other, cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        response.Content = (await WithAsync(response.Content, other, Known, cancellationToken))!;
        return response;
    }

    private static async Task<HttpContent?> WithAsync(HttpContent? content, string old, string now, CancellationToken cancellationToken) => content is null
        ? null
        : new StringContent(
            (await content.ReadAsStringAsync(cancellationToken)).Replace($"\"{old}\"", $"\"{now}\"", StringComparison.Ordinal),
            Encoding.UTF8,
            content.Headers.ContentType?.MediaType ?? "application/json");
}
