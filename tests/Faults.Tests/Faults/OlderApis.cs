using System.Net.Http.Headers;
using System.Text;

namespace Rerank.Faults.Tests.Faults;

/// <summary>
/// Lets a server before Kubernetes 1.23 store PodDisruptionBudgets and HorizontalPodAutoscalers in the versions that it has, so that tests about
/// them are about the operator and not about the server. The kinds' members that the operator sets are the same.
/// </summary>
internal sealed class OlderApis : DelegatingHandler
{
    private static readonly (string New, string Old)[] Versions = [("policy/v1", "policy/v1beta1"), ("autoscaling/v2", "autoscaling/v2beta2")];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.ToString();
        foreach (var (now, before) in Versions)
        {
            if (!address.Contains($"/apis/{now}/", StringComparison.Ordinal))
                continue;
            request.RequestUri = new(address.Replace($"/apis/{now}/", $"/apis/{before}/", StringComparison.Ordinal));
            if (request.Content is { } content)
                request.Content = await RewriteAsync(content, now, before, cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    private static async Task<HttpContent> RewriteAsync(HttpContent content, string now, string before, CancellationToken cancellationToken)
    {
        var text = await content.ReadAsStringAsync(cancellationToken);
        var type = content.Headers.ContentType;
        return new StringContent(text.Replace($"\"{now}\"", $"\"{before}\"", StringComparison.Ordinal), Encoding.UTF8)
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse(type!.ToString()) },
        };
    }
}
