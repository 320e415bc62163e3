using System.Net;
using System.Text.Json.Nodes;

namespace Rerank.Faults.Tests.Faults;

/// <summary>Plays faults between one operator process and the admin ports of routers and hosts.</summary>
internal sealed class AdminFaults(FaultGate gate, Post post, HttpMessageHandler network) : DelegatingHandler(network), IHttpClientFactory
{
    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new Call(request.Method == HttpMethod.Put ? Verb.Push : Verb.Ask, Call.Processes, request.RequestUri!.Authority);
        var body = call.IsWrite ? JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)) as JsonObject : null;
        await post.TurnAsync();
        return await gate.PassAsync(
            call,
            body,
            () => base.SendAsync(request, cancellationToken),
            refusal => new(refusal.Status),
            response => response.StatusCode == HttpStatusCode.OK ? Effect.Written : Effect.None);
    }
}
