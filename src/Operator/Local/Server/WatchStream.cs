using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Client.InMemory;

namespace Rerank.Operator.Local.Server;

/// <summary>A watch as lines of JSON.</summary>
/// <param name="form">What is sent of an object.</param>
internal sealed class WatchStream(InMemoryJsonObjects objects, ServedKind served, string? ns, ObjectQuery query, Func<JsonObject, JsonObject> form)
{
    public async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(http.RequestAborted);
        try
        {
            await foreach (var change in objects.WatchAsync(
                served.Type, ns, query.LabelSelector, query.ResourceVersion, query.Timeout, http.RequestAborted))
            {
                if (Event(change) is { } line)
                    await WriteAsync(http, line);
            }
        }
        catch (GoneException exception)
        {
            await WriteAsync(http, new() { ["type"] = "ERROR", ["object"] = ApiError.Of(exception)!.Status() });
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The watcher went away.
        }
    }

    private JsonObject? Event(WatchEvent<JsonObject> change) => change switch
    {
        { Object: { } entity } => query.Selects(entity) ? new() { ["type"] = change.Change.ToString().ToUpperInvariant(), ["object"] = form(entity) } : null,
        _ when query.WantsBookmarks => new()
        {
            ["type"] = "BOOKMARK",
            ["object"] = new JsonObject
            {
                ["kind"] = served.Kind.Kind,
                ["apiVersion"] = served.Kind.ApiVersion,
                ["metadata"] = new JsonObject { ["resourceVersion"] = change.ResourceVersion },
            },
        },
        _ => null,
    };

    private static async Task WriteAsync(HttpContext http, JsonObject line)
    {
        await http.Response.WriteAsync(line.ToJsonString() + "\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
