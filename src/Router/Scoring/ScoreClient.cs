using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Dialects;
using Rerank.Contracts.Scoring;
using Rerank.Programs.Traces;
using Rerank.Router.Buffers;
using Rerank.Router.Routing;
using Rerank.Router.Telemetry;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Scoring;

/// <summary>
/// Has pairs scored by a cluster. A destination that can't be reached, isn't ready, lacks the model or has too much to do is followed by
/// another, each at most once and within the time allowed.
/// </summary>
internal sealed class ScoreClient(DestinationPicker picker, ScoreHealthPolicy health)
{
    private const int MaxErrorBytes = 16 * 1024;
    private const int LongestScoredBy = 64;

    // The body never is part of a page: escapes would make text that isn't ASCII several times larger.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ScoreFailure OutOfTime(ClusterState cluster) =>
        new(RequestErrorKind.DeadlineExceeded, $"{cluster.ClusterId} did not answer in the time allowed");

    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/>: the caller is gone. Running out of time is a failure instead.</exception>
    public async Task<ScoreResult> ScoreAsync(
        HttpContext context, ClusterState cluster, ScoreRequest request, Deadline deadline, CancellationToken cancellationToken)
    {
        using var body = Write(request);
        using var timeout = deadline.CreateTimeout();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        HashSet<DestinationState>? tried = null;
        ScoreFailure? failure = null;
        while (picker.Pick(context, cluster, tried) is { } destination)
        {
            var left = deadline.Remaining;
            if (left == TimeSpan.Zero)
                return OutOfTime(cluster);

            var attempt = await TryAsync(context, cluster, destination, request, body, left, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (timeout.IsCancellationRequested && attempt.Result.Scores is null)
                return OutOfTime(cluster);
            if (!attempt.TryAnother)
                return attempt.Result;

            // Of several reasons, too much work is the one that tells the caller what to do.
            if (failure is not { Kind: RequestErrorKind.Overloaded })
                failure = attempt.Result.Failure! with { InvalidScores = attempt.Result.Failure!.InvalidScores || failure?.InvalidScores == true };
            (tried ??= []).Add(destination);
        }

        return failure ?? new ScoreFailure(RequestErrorKind.Unavailable, $"no host of {cluster.ClusterId} is up", RetryAfterSeconds: 1);
    }

    private static PooledBuffer Write(ScoreRequest request)
    {
        var characters = request.Query.Length;
        foreach (var passage in request.Passages)
            characters += passage.Length + 8;

        var body = new PooledBuffer(characters + 256);
        using var writer = new Utf8JsonWriter(body, WriterOptions);
        JsonSerializer.Serialize(writer, request, ContractsJson.Default.ScoreRequest);
        return body;
    }

    private async Task<Attempt> TryAsync(
        HttpContext context,
        ClusterState cluster,
        DestinationState destination,
        ScoreRequest request,
        PooledBuffer body,
        TimeSpan left,
        CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(destination.Model.Config.Address), ScoreApi.Path));
        message.Content = new ScoreContent(body);
        message.Headers.Host = destination.Model.Config.Host;
        message.Headers.TryAddWithoutValidation(
            ScoreApi.TimeoutHeader, Math.Max(1, (long)left.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

        using var span = RouterTraces.Ask(cluster.ClusterId, message.RequestUri!, request.Passages.Count);
        span.Propagate(message, name => context.Request.Headers[name]);
        DestinationPicker.Enter(destination);
        try
        {
            using var response = await cluster.Model.HttpClient.SendAsync(message, cancellationToken);
            span.SetStatus((int)response.StatusCode);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                return await ReadFailureAsync(cluster, destination, response, stream, cancellationToken);

            var scores = await JsonSerializer.DeserializeAsync(stream, ContractsJson.Default.ScoreResponse, cancellationToken);
            if (!Answers(scores, request))
                return Broken(cluster, destination, "gave an answer that doesn't fit the request");
            if (!AreFinite(scores!.Logits))
                return Broken(cluster, destination, "gave scores that aren't finite", invalidScores: true);
            health.Report(cluster, destination, failed: false);
            return new Attempt(scores with { ScoredBy = ScoredBy(response) }, TryAnother: false);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or IOException)
        {
            span?.SetStatus(ActivityStatusCode.Error, "out of time");
            return new Attempt(OutOfTime(cluster), TryAnother: false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            span?.SetStatus(ActivityStatusCode.Error, "can't be reached");
            return Broken(cluster, destination, "can't be reached");
        }
        finally
        {
            DestinationPicker.Leave(destination);
        }
    }

    /// <summary>Null for hosts of earlier versions, and for what is no name.</summary>
    private static string? ScoredBy(HttpResponseMessage response) =>
        response.Headers.TryGetValues(ScoreApi.ScoredByHeader, out var values) && values.First() is { Length: > 0 and <= LongestScoredBy } name ? name : null;

    private Attempt Broken(ClusterState cluster, DestinationState destination, string what, bool invalidScores = false)
    {
        health.Report(cluster, destination, failed: true);
        var failure = new ScoreFailure(RequestErrorKind.Unavailable, $"a host of {cluster.ClusterId} {what}", RetryAfterSeconds: 1) { InvalidScores = invalidScores };
        return new Attempt(failure, TryAnother: true);
    }

    private async Task<Attempt> ReadFailureAsync(
        ClusterState cluster, DestinationState destination, HttpResponseMessage response, Stream stream, CancellationToken cancellationToken)
    {
        var error = await ReadErrorAsync(stream, cancellationToken);
        var status = (int)response.StatusCode;
        var retryAfter = (int?)response.Headers.RetryAfter?.Delta?.TotalSeconds;

        // A host that says it isn't ready for one model, or had too little time, may well serve others: only the rest is held against it.
        var expected = error?.Code is ScoreErrorCode.ModelNotReady or ScoreErrorCode.DeadlineExceeded;
        if (status >= 500)
            health.Report(cluster, destination, failed: !expected);

        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => Again(RequestErrorKind.ModelNotFound, $"a host of {cluster.ClusterId} doesn't hold the model", 1),
            HttpStatusCode.ServiceUnavailable => Again(RequestErrorKind.Unavailable, $"a host of {cluster.ClusterId} isn't ready", retryAfter ?? 1),
            HttpStatusCode.TooManyRequests => Again(RequestErrorKind.Overloaded, $"the hosts of {cluster.ClusterId} have too much to do", retryAfter ?? 1),
            HttpStatusCode.GatewayTimeout => new Attempt(OutOfTime(cluster), TryAnother: false),
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge =>
                new Attempt(new ScoreFailure(RequestErrorKind.Invalid, error?.Message ?? $"{cluster.ClusterId} refused the request"), TryAnother: false),
            _ => new Attempt(
                new ScoreFailure(RequestErrorKind.Internal, $"a host of {cluster.ClusterId} failed with {status} {error?.Code}")
                {
                    InvalidScores = error?.Code == ScoreErrorCode.InvalidScores,
                },
                TryAnother: false),
        };

        static Attempt Again(RequestErrorKind kind, string message, int retryAfter) => new(new ScoreFailure(kind, message, retryAfter), TryAnother: true);
    }

    /// <summary>Null when the answer is not from the score API itself; its status still counts.</summary>
    private static async Task<ScoreError?> ReadErrorAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var body = new PooledBuffer(MaxErrorBytes);
        int read;
        while (body.Length < MaxErrorBytes && (read = await stream.ReadAsync(body.GetMemory(), cancellationToken)) > 0)
            body.Advance(read);

        try
        {
            return JsonSerializer.Deserialize(body.Written.Span, ContractsJson.Default.ScoreError);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Answers(ScoreResponse? scores, ScoreRequest request)
    {
        if (scores is null || scores.Digest != request.Digest || scores.Logits.Length != request.Passages.Count)
            return false;
        var count = scores.Logits.Length;
        return scores.Tokens.Length == count && scores.Truncated.Length == count && (scores.TotalTokens is null || scores.TotalTokens.Length == count)
            && scores.WaitedMilliseconds is >= 0 and < int.MaxValue;
    }

    private static bool AreFinite(float[] logits)
    {
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
                return false;
        }

        return true;
    }

    private readonly record struct Attempt(ScoreResult Result, bool TryAnother)
    {
        public Attempt(ScoreResponse scores, bool TryAnother)
            : this((ScoreResult)scores, TryAnother)
        {
        }

        public Attempt(ScoreFailure failure, bool TryAnother)
            : this((ScoreResult)failure, TryAnother)
        {
        }
    }
}
