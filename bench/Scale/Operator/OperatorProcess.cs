using System.Diagnostics;
using System.Text.Json;

namespace Rerank.Scale.Operator;

/// <summary>An operator in another process.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private OperatorProcess(Process process, Uri address)
    {
        _process = process;
        _http = new() { BaseAddress = address };
    }

    public static async Task<OperatorProcess> StartAsync(OperatorSettings settings, CancellationToken cancellationToken)
    {
        // dotnet Scale.dll, whoever was started to be here.
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(OperatorProcess).Assembly.Location, OperatorCommand.Name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings).AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        var address = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("the operator didn't start");
        return new(process, new(address));
    }

    public async Task<Measured> TakeAsync(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<Measured>(OperatorCommand.MeasuresPath, cancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
