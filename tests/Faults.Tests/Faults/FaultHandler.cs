using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Rerank.Faults.Tests.Faults;

/// <summary>
/// Plays faults between the Kubernetes client of one operator process and a real API server: crashes, lost and slow requests and answers, refusals, lists
/// from earlier times, and watches that say less, later or in another order than the server does.
/// </summary>
/// <param name="watches">What becomes of watches.</param>
/// <param name="past">Earlier answers; null for requests that always get the newest.</param>
internal sealed class FaultHandler(FaultGate gate, WatchFaults? watches = null, TimeTravel? past = null) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = Requests.Read(request);
        var body = call.IsWrite && request.Content is not null
            ? JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken)) as JsonObject
            : null;
        var response = await gate.PassAsync(
            call, body, () => base.SendAsync(request, cancellationToken), refusal => Refuse(request, call, refusal), response => EffectOf(call, response));
        return call.Verb switch
        {
            Verb.List when past is not null && response.IsSuccessStatusCode => await past.AnswerAsync(request.RequestUri!, response, cancellationToken),
            Verb.Watch when watches is not null && response.IsSuccessStatusCode => await watches.FilterAsync(call, response, cancellationToken),
            _ => response,
        };
    }

    private static Effect EffectOf(Call call, HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.Created => Effect.Created,
        HttpStatusCode.OK when call.Verb == Verb.Delete => Effect.Deleted,
        HttpStatusCode.OK => Effect.Written,
        _ => Effect.None,
    };

    private static HttpResponseMessage Refuse(HttpRequestMessage request, Call call, Fault.Refusal refusal)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["status"] = "Failure",
            ["message"] = Refusals.Message(call, refusal),
            ["reason"] = refusal.Status.ToString(),
            ["code"] = (int)refusal.Status,
        };
        var response = new HttpResponseMessage(refusal.Status)
        {
            RequestMessage = request,
            Content = new StringContent(status.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (refusal.RetryAfter is { } after)
            response.Headers.RetryAfter = RetryConditionHeaderValue.Parse(((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return response;
    }
}
