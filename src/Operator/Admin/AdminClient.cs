using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Admin;

/// <summary>Calls of the admin protocol. A process that can't be reached or refuses is an answer too, not an exception.</summary>
internal sealed class AdminClient(IHttpClientFactory clients, IOptions<OperatorOptions> options, AcceptedTokens accepted, TimeProvider time)
{
    public const string ClientName = "admin";

    private const int MaxErrorLength = 500;

    /// <summary>What is in force.</summary>
    public Task<AdminAnswer<TStatus>> GetStatusAsync<TStatus>(
        Uri process, AdminToken token, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        return SendAsync(() => new(HttpMethod.Get, new Uri(process, AdminProtocol.StatusPath)), token, options.Value.StatusTimeout, type, cancellationToken);
    }

    /// <summary>What is in force in a router, as soon as it has another version than the known one, or else after a while.</summary>
    /// <param name="wait">At most <see cref="AdminProtocol.MaxWaitMilliseconds"/>.</param>
    public Task<AdminAnswer<RouterStatus>> PollStatusAsync(
        Uri router, AdminToken token, long known, long afterStratum, TimeSpan wait, CancellationToken cancellationToken)
    {
        var query = FormattableString.Invariant($"?{AdminProtocol.VersionQuery}={known}&{AdminProtocol.WaitQuery}={(long)wait.TotalMilliseconds}&{AdminProtocol.AfterStratumQuery}={afterStratum}");
        return SendAsync(() => new(HttpMethod.Get, new Uri(router, AdminProtocol.StatusPath + query)), token, options.Value.StatusTimeout + wait, WireJson.Default.RouterStatus, cancellationToken);
    }

    /// <summary>Tells what shall be in force; the answer is what then is.</summary>
    public Task<AdminAnswer<TStatus>> PutDesiredAsync<TDocument, TStatus>(
        Uri process, AdminToken token, TDocument document, JsonTypeInfo<TDocument> documentType, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        return SendAsync(
            () => new(HttpMethod.Put, new Uri(process, AdminProtocol.DesiredPath)) { Content = JsonContent.Create(document, documentType) }, token, options.Value.PushTimeout, type, cancellationToken);
    }

    private async Task<AdminAnswer<TStatus>> SendAsync<TStatus>(
        Func<HttpRequestMessage> request, AdminToken token, TimeSpan limit, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var client = clients.CreateClient(ClientName);
            var answer = await SendAsync(client, request(), token.Current, token, type, either.Token);

            // Pods see a new token a while after it was made.
            return answer.Refusal == HttpStatusCode.Unauthorized && token.Previous is { } previous
                ? await SendAsync(client, request(), previous, token, type, either.Token)
                : answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, $"no answer within {limit.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            return new(null, e.Message);
        }
        catch (JsonException e)
        {
            return new(null, $"its answer can't be read: {e.Message}");
        }
    }

    private async Task<AdminAnswer<TStatus>> SendAsync<TStatus>(
        HttpClient client, HttpRequestMessage message, string shown, AdminToken token, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        using var request = message;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shown);
        using var response = await client.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            accepted.Learn(request.RequestUri!, token, shown);
        if (!response.IsSuccessStatusCode)
            return new(null, await ErrorAsync(response, cancellationToken), response.StatusCode);
        var status = await response.Content.ReadFromJsonAsync(type, cancellationToken);
        return status is null ? new(null, "it answered nothing") : new(status, null);
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            text = JsonSerializer.Deserialize(text, WireJson.Default.AdminError)?.Error ?? text;
        }
        catch (JsonException)
        {
            // Whatever it is, people can read it.
        }

        return $"it answered {(int)response.StatusCode}: {(text.Length > MaxErrorLength ? text[..MaxErrorLength] : text)}";
    }
}
