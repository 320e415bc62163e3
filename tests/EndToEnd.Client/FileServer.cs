using System.Net;

namespace Rerank.EndToEnd.Client;

/// <summary>A web server for the files below a folder, as a model store is one.</summary>
internal sealed class FileServer(int port, string folder)
{
    public async Task RunAsync(CancellationToken stop)
    {
        using var listener = new HttpListener();
        listener.Prefixes.Add($"http://*:{port}/");
        listener.Start();
        await using var onStop = stop.Register(listener.Stop);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = AnswerAsync(await listener.GetContextAsync());
            }
            catch (HttpListenerException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        var file = Path.GetFullPath(Path.Combine(folder, context.Request.Url!.AbsolutePath.TrimStart('/')));
        if (!file.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(file))
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            return;
        }

        await using var content = File.OpenRead(file);
        response.ContentLength64 = content.Length;
        try
        {
            await content.CopyToAsync(response.OutputStream);
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException)
        {
            await Console.Error.WriteLineAsync($"{file}: {exception.Message}");
        }
    }
}
