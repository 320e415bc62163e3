using System.Text.Json.Serialization;

namespace Rerank.RouterBench.Servers;

/// <summary>The ceiling: a Kestrel endpoint as one writes it, which parses the same JSON and writes the same answer, and does nothing else.</summary>
internal static class BareServer
{
    public static Task RunAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var app = builder.Build();
        app.Run(async context =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
                return;
            var request = await context.Request.ReadFromJsonAsync(BareJson.Default.BareRequest, context.RequestAborted);
            var results = new BareResult[request!.Texts.Length];
            for (var i = 0; i < results.Length; i++)
                results[i] = new BareResult(i, 1 / (1.37f + i));
            await context.Response.WriteAsJsonAsync(results, BareJson.Default.BareResultArray, cancellationToken: context.RequestAborted);
        });
        return app.RunAsync();
    }
}

internal sealed record BareRequest([property: JsonPropertyName("query")] string Query, [property: JsonPropertyName("texts")] string[] Texts);

internal readonly record struct BareResult([property: JsonPropertyName("index")] int Index, [property: JsonPropertyName("score")] float Score);

[JsonSerializable(typeof(BareRequest))]
[JsonSerializable(typeof(BareResult[]))]
internal sealed partial class BareJson : JsonSerializerContext;
