using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;

namespace Rerank.Operator.Admin;

/// <summary>Calls of the admin protocol. A process that can't be reached or refuses is an answer too, not an exception.</summary>
internal sealed class AdminClient(IHttpClientFactory clients, IOptions<OperatorOptions> options, TimeProvider time)
{
    public const string ClientName = "admin";

    private const int MaxErrorLength = 500;

    /// <summary>What is in force.</summary>
    public Task<AdminAnswer<TStatus>> GetStatusAsync<TStatus>(
        Uri process, string token, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(process, AdminProtocol.StatusPath));
        return SendAsync(request, token, options.Value.StatusTimeout, type, cancellationToken);
    }

    /// <summary>What is in force in a router, as soon as it has another version than the known one, or else after a while.</summary>
    /// <param name="wait">At most <see cref="AdminProtocol.MaxWaitMilliseconds"/>.</param>
    public Task<AdminAnswer<RouterStatus>> PollStatusAsync(
        Uri router, string token, long known, long afterStratum, TimeSpan wait, CancellationToken cancellationToken)
    {
        var query = FormattableString.Invariant($"?{AdminProtocol.VersionQuery}={known}&{AdminProtocol.WaitQuery}={(long)wait.TotalMilliseconds}&{AdminProtocol.AfterStratumQuery}={afterStratum}");
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(router, AdminProtocol.StatusPath + query));
        return SendAsync(request, token, options.Value.StatusTimeout + wait, WireJson.Default.RouterStatus, cancellationToken);
    }

    /// <summary>Tells what shall be in force; the answer is what then is.</summary>
    public Task<AdminAnswer<TStatus>> PutDesiredAsync<TDocument, TStatus>(
        Uri process, string token, TDocument document, JsonTypeInfo<TDocument> documentType, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        var request = new HttpRequestMessage(HttpMethod.Put, new Uri(process, AdminProtocol.DesiredPath))
        {
            Content = JsonContent.Create(document, documentType),
        };
        return SendAsync(request, token, options.Value.PushTimeout, type, cancellationToken);
    }

    private async Task<AdminAnswer<TStatus>> SendAsync<TStatus>(
        HttpRequestMessage request, string token, TimeSpan limit, JsonTypeInfo<TStatus> type, CancellationToken cancellationToken)
        where TStatus : class
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            try
            {
                using var client = clients.CreateClient(ClientName);
                using var response = await client.SendAsync(request, either.Token);
                if (!response.IsSuccessStatusCode)
                    return new(null, await ErrorAsync(response, either.Token), response.StatusCode);
                var status = await response.Content.ReadFromJsonAsync(type, either.Token);
                return status is null ? new(null, "it answered nothing") : new(status, null);
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
