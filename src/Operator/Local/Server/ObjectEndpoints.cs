using System.Text.Json.Nodes;
using Rerank.Operator.Runtime.Client.InMemory;
using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Operator.Local.Server;

/// <summary>Reads and writes of objects: the part of Kubernetes' API that kubectl and its plugin need.</summary>
internal sealed class ObjectEndpoints(InMemoryJsonObjects objects, TimeProvider time)
{
    private const string ApplyPatch = "application/apply-patch+yaml";
    private const string DefaultCreator = "kubectl-create";

    public async Task<JsonObject?> HandleAsync(HttpContext http, ServedKind served, string? ns, string? name)
    {
        var method = http.Request.Method;
        if (HttpMethods.IsGet(method) && name is not null)
            return Get(http, served, ns, name);
        if (HttpMethods.IsGet(method))
            return await ListAsync(http, served, ns);
        if (!served.IsWritable)
            throw new ApiError(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", $"local mode only lets read {served.Kind}");
        if (http.Request.Query.ContainsKey("dryRun"))
            throw ApiError.BadRequest("local mode has no dry runs");
        if (HttpMethods.IsPatch(method) && name is not null)
            return await ApplyAsync(http, served, ns, name);
        if (HttpMethods.IsPost(method) && name is null)
            return await CreateAsync(http, served, ns);

        throw new ApiError(
            StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed",
            "local mode reads objects, creates them and applies to them on the server's side; what is in its folder is deleted there");
    }

    private JsonObject Get(HttpContext http, ServedKind served, string? ns, string name)
    {
        var entity = objects.Get(served.Type, new(ns, name)) ?? throw ApiError.NotFound($"{served.Kind} \"{name}\" not found");
        return WantsTable(http) ? Table(served, [entity], $"{entity["metadata"]!["resourceVersion"]}") : entity;
    }

    private async Task<JsonObject?> ListAsync(HttpContext http, ServedKind served, string? ns)
    {
        var query = ObjectQuery.Of(http.Request.Query);
        if (query.IsWatch)
        {
            var asTable = WantsTable(http);
            await new WatchStream(objects, served, ns, query, entity => asTable ? Table(served, [entity], "") : entity).WriteAsync(http);
            return null;
        }

        var (items, version) = objects.List(served.Type, ns, query.LabelSelector);
        if (WantsTable(http))
            return Table(served, [.. items.Where(query.Selects)], version);
        return new()
        {
            ["kind"] = $"{served.Kind.Kind}List",
            ["apiVersion"] = served.Kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = version },
            ["items"] = new JsonArray([.. items.Where(query.Selects)]),
        };
    }

    private static bool WantsTable(HttpContext http) => http.Request.Headers.Accept.ToString().Contains(PrinterTable.MediaType, StringComparison.Ordinal);

    private JsonObject Table(ServedKind served, IReadOnlyList<JsonObject> entities, string resourceVersion) =>
        PrinterTable.Write(served, entities, resourceVersion, time.GetUtcNow());

    private async Task<JsonObject> ApplyAsync(HttpContext http, ServedKind served, string? ns, string name)
    {
        if (http.Request.ContentType?.Split(';')[0] != ApplyPatch)
        {
            throw new ApiError(
                StatusCodes.Status415UnsupportedMediaType, "UnsupportedMediaType", "local mode only applies on the server's side: kubectl apply --server-side --validate=false");
        }

        if (http.Request.Query["fieldManager"].ToString() is not { Length: > 0 } manager)
            throw ApiError.BadRequest("fieldManager is required for apply patch");

        var manifest = await ReadAsync(http, served, ns, name);
        return objects.Apply(served.Type, new(ns, name), manifest, manager, http.Request.Query["force"] == "true");
    }

    private async Task<JsonObject> CreateAsync(HttpContext http, ServedKind served, string? ns)
    {
        var manifest = await ReadAsync(http, served, ns, name: null);
        http.Response.StatusCode = StatusCodes.Status201Created;
        return objects.Create(
            served.Type, new(ns, $"{manifest["metadata"]!["name"]}"), manifest,
            http.Request.Query["fieldManager"].ToString() is { Length: > 0 } manager ? manager : DefaultCreator);
    }

    /// <param name="name">As the address has it; null: what the object says.</param>
    private static async Task<JsonObject> ReadAsync(HttpContext http, ServedKind served, string? ns, string? name)
    {
        using var reader = new StreamReader(http.Request.Body);
        var text = await reader.ReadToEndAsync(http.RequestAborted);
        JsonNode document;
        try
        {
            document = YamlReader.Read(text) is [var only] ? only : throw new FormatException("the body must be one object");
        }
        catch (FormatException exception)
        {
            throw ApiError.BadRequest(exception.Message);
        }

        if (document is not JsonObject manifest || $"{manifest["apiVersion"]}" != served.Kind.ApiVersion || $"{manifest["kind"]}" != served.Kind.Kind)
            throw ApiError.BadRequest($"the body must be a {served.Kind.Kind} of {served.Kind.ApiVersion}");
        if (manifest["metadata"] is not JsonObject metadata || metadata["name"] is not JsonValue)
            throw ApiError.BadRequest("metadata.name: Required value");
        if (name is not null && $"{metadata["name"]}" != name)
            throw ApiError.BadRequest($"the name of the object ({metadata["name"]}) does not match the name on the URL ({name})");
        if (metadata["namespace"] is { } given && $"{given}" != ns)
            throw ApiError.BadRequest($"the namespace of the object ({given}) does not match the namespace on the URL ({ns})");
        return manifest;
    }
}
