using System.Text.Json.Serialization;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Programs;
using Rerank.Router.Routing;

namespace Rerank.Router.Serving;

/// <summary>What clients look up before they ask: the models, of which a router shows its pipeline as the only one, and its limits.</summary>
internal static class ModelRoutes
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var tables = routes.ServiceProvider.GetRequiredService<TableStore>();
        var started = routes.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var path in ModelList.Paths)
        {
            Map(path, context => tables.Current is { } table
                ? RerankResponses.WriteAsync(context, StatusCodes.Status200OK, body => ModelList.Write(body, [new ListedModel(NameOf(table), started)]))
                : RefuseAsync(context, RerankDialects.Vllm));
        }

        Map("/info", context => tables.Current is { } table
            ? context.Response.WriteAsJsonAsync(Describe(table), RouterInfoJson.Default.RouterInfo, cancellationToken: context.RequestAborted)
            : RefuseAsync(context, RerankDialects.Tei));

        void Map(string path, RequestDelegate handler) => routes.MapRead(path, handler, RerankResponses.RefuseMethodAsync);
    }

    private static Task RefuseAsync(HttpContext context, Dialect dialect) => RerankResponses.WriteErrorAsync(context, dialect, TableStore.Missing);

    private static RouterInfo Describe(ServingTable table)
    {
        var limits = table.Stable.Policy.Limits;
        return new RouterInfo
        {
            Version = ProgramVersion.Current,
            Pipeline = table.Table.Pipeline,
            Revision = table.Stable.Revision,
            Tiers = [.. table.Stable.Tiers.Select(tier => new TierInfo(tier.Name, tier.Model.Model, tier.Model.Digest))],
            Limits = new RouterInfoLimits(limits.MaxBodyBytes, limits.MaxDocuments),
            ModelId = NameOf(table),
            ModelSha = table.Stable.Tiers[^1].Model.Digest,
            MaxClientBatchSize = limits.MaxDocuments,
        };
    }

    /// <summary>Without its namespace, as the pipeline's Service is called.</summary>
    private static string NameOf(ServingTable table) => table.Table.Pipeline[(table.Table.Pipeline.LastIndexOf('/') + 1)..];
}

internal sealed record RouterInfo : TeiInfo
{
    public required string Pipeline { get; init; }

    /// <summary>The stable one.</summary>
    public required string Revision { get; init; }

    public required IReadOnlyList<TierInfo> Tiers { get; init; }

    public required RouterInfoLimits Limits { get; init; }
}

internal sealed record TierInfo(string Name, string Model, string Digest);

internal sealed record RouterInfoLimits(long MaxBodyBytes, int MaxDocuments);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RouterInfo))]
internal sealed partial class RouterInfoJson : JsonSerializerContext;
