using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Rerank.Contracts;
using Rerank.Contracts.Admin;
using Rerank.Contracts.Routing;
using Rerank.Router.Feedback;
using Rerank.Router.Routing;
using Rerank.Router.Telemetry;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Admin;

/// <summary>All that the operator's port answers: the admin protocol.</summary>
internal sealed class AdminEndpoint(TableStore tables, AnswerBook book, StatusVersion version, BearerToken token, RouterMetrics metrics)
{
    private const long MaxTableBytes = 4 * 1024 * 1024;

    private readonly string _processId = Guid.NewGuid().ToString();

    public async Task HandleAsync(HttpContext context)
    {
        if (!await token.MatchesAsync(context.Request.Headers.Authorization, context.RequestAborted))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ErrorAsync(context, StatusCodes.Status401Unauthorized, "the token is missing or wrong");
            return;
        }

        await (context.Request.Path.Value switch
        {
            AdminProtocol.DesiredPath => OnlyAsync(PutDesiredAsync, HttpMethods.Put),
            AdminProtocol.StatusPath => OnlyAsync(GetStatusAsync, HttpMethods.Get, HttpMethods.Head),
            _ => ErrorAsync(context, StatusCodes.Status404NotFound, $"there is no {context.Request.Path}"),
        });

        Task OnlyAsync(Func<HttpContext, Task> handler, params string[] methods)
        {
            if (methods.Contains(context.Request.Method, StringComparer.OrdinalIgnoreCase))
                return handler(context);
            context.Response.Headers.Allow = string.Join(", ", methods);
            return ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} takes {methods[0]}");
        }
    }

    private async Task PutDesiredAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxTableBytes;

        RoutingTable? table;
        try
        {
            table = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJson.Default.RoutingTable, context.RequestAborted);
        }
        catch (JsonException e)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, $"the routing table can't be read: {e.Message}");
            return;
        }
        catch (BadHttpRequestException e)
        {
            await ErrorAsync(context, e.StatusCode, e.Message);
            return;
        }

        var outcome = table is null ? TableOutcome.Invalid("the routing table is null") : await tables.ApplyAsync(table, pushed: true, context.RequestAborted);
        if (outcome.Error is null)
            await StatusAsync(context);
        else
            await ErrorAsync(context, outcome.Generation is null ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict, outcome.Error, outcome.Generation);
    }

    private async Task GetStatusAsync(HttpContext context)
    {
        if (StatusQuery.Read(context.Request.Query, out var error) is not { } query)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, error!);
            return;
        }

        if (query is { Version: { } known, Wait.Ticks: > 0 })
            await version.WaitAsync(known, query.Wait, context.RequestAborted);
        await StatusAsync(context, query.AfterStratum);
    }

    private Task StatusAsync(HttpContext context, long afterStratum = 0)
    {
        book.FallDue();
        var number = version.Number;
        var current = tables.Current;
        return WriteAsync(context, StatusCodes.Status200OK, WireJson.Default.RouterStatus, new RouterStatus
        {
            ProcessId = _processId,
            Version = number,
            Generation = current?.Table.Generation ?? 0,
            Revision = current?.Stable.Revision,
            Confirmed = current?.Confirmed ?? false,
            Candidate = current?.Trial?.Status(afterStratum, current.TrafficPermille),
            Clusters = current is null ? [] : [.. current.Clusters.Select(StatusOf)],
            Requests = metrics.Answered,
            Errors = metrics.Errors,
        });
    }

    private static ClusterStatus StatusOf(ClusterState cluster)
    {
        var destinations = cluster.DestinationsState.AllDestinations;
        var healthy = destinations.Count(destination =>
            destination.Health.Active != DestinationHealth.Unhealthy && destination.Health.Passive != DestinationHealth.Unhealthy);
        return new ClusterStatus(cluster.ClusterId, destinations.Count, healthy);
    }

    private static Task ErrorAsync(HttpContext context, int status, string error, long? generation = null) =>
        WriteAsync(context, status, WireJson.Default.AdminError, new AdminError { Error = error, Generation = generation });

    private static Task WriteAsync<T>(HttpContext context, int status, JsonTypeInfo<T> type, T value)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    }
}
