using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Rerank.Scale.Operator;

/// <summary>The operator in a process of its own, so that its memory is its own: settings come in on the first line, and the process ends with the input.</summary>
internal static class OperatorCommand
{
    public const string Name = "operator";
    public const string MeasuresPath = "/measures";

    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        var settings = JsonSerializer.Deserialize<OperatorSettings>(await input.ReadLineAsync() ?? "")!;
        var measures = new Measures();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        MeasuredOperator.AddServices(builder.Services, settings, measures);
        await using var app = builder.Build();
        app.MapGet(MeasuresPath, measures.Take);
        await app.StartAsync();
        await output.WriteLineAsync(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await input.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }
}
