using System.Buffers;
using System.Net;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Telemetry;

namespace Rerank.RerankerHost.Sources;

/// <summary>Downloads one file into the store. Broken connections are resumed; the digest decides in the end what is right.</summary>
internal sealed class ArtifactDownload(
    ArtifactClient client,
    BlobStore blobs,
    SourceOptions patience,
    ServeOptions options,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<ArtifactDownload> logger)
{
    private const int ChunkBytes = 128 * 1024;

    /// <exception cref="ModelLoadException">The file can't be had, and why.</exception>
    public async Task RunAsync(Uri address, ModelFile file, SourceCredential? credential, CancellationToken cancellationToken)
    {
        await using (var part = await PartFile.OpenAsync(blobs.PartOf(file.Sha256), cancellationToken))
        {
            var resumed = part.Length > 0;
            if (part.Sha256() != file.Sha256)
                await FillAsync(part, address, file, credential, cancellationToken);
            if (part.Sha256() != file.Sha256 && resumed)
            {
                // The start was another process' and may be of something else; the source deserves a try of its own.
                part.Restart();
                await FillAsync(part, address, file, credential, cancellationToken);
            }

            var got = part.Sha256();
            if (got != file.Sha256)
            {
                part.Restart();
                throw new ModelLoadException(ModelFailure.DigestMismatch, $"{file.Path} from {address.Authority}: expected sha256 {file.Sha256}, got {got}");
            }

            part.Flush();
        }

        blobs.Commit(file.Sha256);
    }

    private async Task FillAsync(PartFile part, Uri address, ModelFile file, SourceCredential? credential, CancellationToken cancellationToken)
    {
        var furthest = part.Length;
        var futile = 0;
        while (true)
        {
            string problem;
            TimeSpan? retryAfter = null;
            try
            {
                using var stall = new CancellationTokenSource(patience.StallTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
                using var response = await client.GetAsync(address, credential, part.Length, part.Validator, either.Token);
                if (ObstacleIn(response, file, credential) is not { } obstacle)
                {
                    await ReceiveAsync(response, part, file, stall, either.Token);
                    return;
                }

                problem = obstacle;
                retryAfter = response.Message.Headers.RetryAfter?.Delta;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problem = $"nothing came for {patience.StallTimeout.TotalSeconds:0} s";
            }

            futile = part.Length > furthest ? 0 : futile + 1;
            furthest = Math.Max(furthest, part.Length);
            Log.DownloadBroken(logger, file.Path, address.Authority, part.Length, problem);
            if (futile >= patience.MostFutileAttempts)
                throw new ModelLoadException(ModelFailure.SourceUnavailable, $"{file.Path} from {address.Authority}: {problem}");
            await Task.Delay(Pause(futile, retryAfter), time, cancellationToken);
        }
    }

    /// <returns>What is wrong for the moment; null: here come bytes.</returns>
    /// <exception cref="ModelLoadException">Asking again won't help.</exception>
    private static string? ObstacleIn(ArtifactResponse response, ModelFile file, SourceCredential? credential)
    {
        var status = response.Message.StatusCode;
        var answer = $"{file.Path}: {response.Host} answered {(int)status}";
        return status switch
        {
            HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable => null,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when response.AtSource => throw new ModelLoadException(
                ModelFailure.CredentialsRejected,
                credential is null ? $"{answer}, and no credentials are configured for it" : $"{answer} to the credentials given"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => throw new ModelLoadException(ModelFailure.FileNotFound, answer),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => answer,

            // Such as a signed address that has expired: the next attempt gets a new one from the source.
            _ when !response.AtSource => answer,
            _ => throw new ModelLoadException(ModelFailure.SourceUnavailable, answer),
        };
    }

    private async Task ReceiveAsync(ArtifactResponse response, PartFile part, ModelFile file, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        var content = response.Message.Content;
        if (response.Message.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            part.Restart();
            throw new HttpRequestException("the source has fewer bytes than were received");
        }

        var continues = response.Message.StatusCode == HttpStatusCode.PartialContent;
        if (continues && content.Headers.ContentRange?.From != part.Length)
        {
            part.Restart();
            throw new HttpRequestException("the source sent another range than was asked for");
        }

        if (!continues)
            part.Restart();
        part.Validator = response.Message.Headers.ETag;
        CheckSize(part.Length + (content.Headers.ContentLength ?? 0), file);

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                stall.CancelAfter(patience.StallTimeout);
                CheckSize(part.Length + read, file);
                await part.AppendAsync(buffer.AsMemory(0, read));
                metrics.Downloaded(read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void CheckSize(long length, ModelFile file)
    {
        if (length > options.MaxFileBytes)
            throw new ModelLoadException(ModelFailure.StorageFull, $"{file.Path} is larger than the {options.MaxFileBytes} bytes that --max-file-bytes allows");
    }

    private TimeSpan Pause(int futile, TimeSpan? retryAfter)
    {
        var pause = TimeSpan.FromTicks(patience.FirstPause.Ticks << Math.Min(futile, 16));
        if (retryAfter > pause)
            pause = retryAfter.Value;
        return pause < patience.LongestPause ? pause : patience.LongestPause;
    }
}
