using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Models;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Models;

namespace Rerank.RerankerHost.Admin;

/// <summary>The admin protocol: take a model set, tell what is in force.</summary>
internal sealed class AdminEndpoints(AdminToken token, ModelSetController models, ILogger<AdminEndpoints> logger)
{
    private const long MaxDocumentBytes = 4 << 20;

    public async Task PutDesiredAsync(HttpContext http)
    {
        if (!await AdmitAsync(http))
            return;

        ModelSet set;
        try
        {
            using var body = await RequestBody.ReadAsync(http, MaxDocumentBytes);
            set = ModelSetDocument.Read(body.Written.Span);
        }
        catch (RequestException e)
        {
            var status = e.Error.Kind == RequestErrorKind.TooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest;
            await RefuseAsync(http, status, e.Message);
            return;
        }
        catch (InvalidModelSetException e)
        {
            Log.Invalid(logger, e.Message);
            await RefuseAsync(http, StatusCodes.Status400BadRequest, e.Message);
            return;
        }

        var refusal = models.Apply(set);
        if (refusal is null)
            await SendAsync(http, models.Status());
        else
            await RefuseAsync(http, StatusCodes.Status409Conflict, refusal.Reason, refusal.Generation);
    }

    public async Task GetStatusAsync(HttpContext http)
    {
        if (await AdmitAsync(http))
            await SendAsync(http, models.Status());
    }

    private static Task SendAsync(HttpContext http, HostStatus status) =>
        http.Response.WriteAsJsonAsync(status, WireJson.Default.HostStatus, cancellationToken: http.RequestAborted);

    private async Task<bool> AdmitAsync(HttpContext http)
    {
        try
        {
            if (await token.AdmitsAsync(http.Request.Headers.Authorization, http.RequestAborted))
                return true;
            Log.Refused(logger, http.Connection.RemoteIpAddress?.ToString() ?? "a local socket");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.TokenUnreadable(logger, e);
        }

        http.Response.Headers.WWWAuthenticate = "Bearer";
        await RefuseAsync(http, StatusCodes.Status401Unauthorized, "the admin token is missing or wrong");
        return false;
    }

    private static Task RefuseAsync(HttpContext http, int status, string error, long? generation = null)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(
            new AdminError { Error = error, Generation = generation }, WireJson.Default.AdminError, cancellationToken: http.RequestAborted);
    }
}
