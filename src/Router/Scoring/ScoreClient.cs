using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Rerank.Contracts;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.Programs.Traces;
using Rerank.Router.Routing;
using Rerank.Router.Telemetry;
using Yarp.ReverseProxy.Model;

namespace Rerank.Router.Scoring;

/// <summary>
/// Has pairs scored by a cluster. What is tried again, and where, goes by what was wrong: hosts that lack the model or aren't ready are followed by others, one that is broken by one
/// other, one that has too much to do by one other within a retry budget, and one that is late by none, unless the pipeline hedges. Each is asked once at most, within the time allowed.
/// </summary>
internal sealed class ScoreClient(ScoreHealthPolicy health, ClusterLoads loads, RouterMetrics metrics, TimeProvider time, ILogger<ScoreClient> logger)
{
    /// <summary>Hosts that one request asks at most: of a pool in which so many aren't ready, more would hardly be.</summary>
    public const int MostTries = 4;

    private const int MaxErrorBytes = 16 * 1024;
    private const int LongestScoredBy = 64;

    /// <summary>What may be done after a try that brought no scores.</summary>
    private enum Next
    {
        /// <summary>Nothing: another host would say the same, or there is no time.</summary>
        GiveUp,

        /// <summary>Another host may hold the model, or be ready.</summary>
        AskOthers,

        /// <summary>The host is broken. One other is asked.</summary>
        AskAnother,

        /// <summary>The host has too much to do. One other is asked, if the budget allows.</summary>
        AskAnotherWithinBudget,
    }

    public static ScoreFailure OutOfTime(ClusterState cluster) =>
        new(RequestErrorKind.DeadlineExceeded, $"{cluster.ClusterId} did not answer in the time allowed");

    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/>: the caller is gone. Running out of time is a failure instead.</exception>
    public async Task<ScoreResult> ScoreAsync(RequestOrigin origin, ServingTier tier, ScoreCall call, Deadline deadline, CancellationToken cancellationToken)
    {
        var cluster = tier.Cluster;
        var load = loads.Of(cluster);
        if (load.Breaker.Refuse(out var ticket) is { } pause)
        {
            return new ScoreFailure(RequestErrorKind.Unavailable, $"{cluster.ClusterId} has not answered in time of late, and is asked again soon", (int)Math.Ceiling(pause.TotalSeconds))
            {
                IsCircuitOpen = true,
            };
        }

        load.Retries.Earn();
        if (tier.Hedging is { } hedging)
            load.Hedges.Earn(call.Slots.Length, hedging.MaxExtraPermille);
        using var body = new PooledBuffer(call.ExpectedBytes);
        call.WriteTo(body);
        try
        {
            return await ScoreAsync(new Question(origin, tier, load, call, body, deadline), ticket, cancellationToken);
        }
        finally
        {
            load.Breaker.Ended(ticket);
        }
    }

    private async Task<ScoreResult> ScoreAsync(Question question, CircuitBreaker.Ticket ticket, CancellationToken cancellationToken)
    {
        var (cluster, load, deadline) = (question.Cluster, question.Load, question.Deadline);
        using var timeout = deadline.CreateTimeout();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        HashSet<DestinationState>? tried = null;
        ScoreFailure? failure = null;
        var mayAskAnother = true;
        while ((tried?.Count ?? 0) < MostTries && DestinationPicker.Pick(cluster, tried) is { } destination)
        {
            var left = deadline.Remaining;
            if (left == TimeSpan.Zero)
                return OutOfTime(cluster);

            var asked = time.GetTimestamp();
            var (result, next) = tried is null && HedgeAfter(question) is { } patience
                ? await HedgeAsync(question, destination, tried = [], patience, either.Token)
                : await TryAsync(question, destination, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (result.Scores is null && timeout.IsCancellationRequested)
            {
                Late(cluster, destination, load, ticket, isFault: question.Call.Priority <= 0 && (deadline.IsMostOf(left) || load.IsAmple(left)));
                return OutOfTime(cluster);
            }

            load.Breaker.Answered();
            if (result.Scores is not null)
                load.Answered(question.Call.Digest, question.Call.Slots.Length, question.Call.Priority <= 0, time.GetElapsedTime(asked));
            if (next == Next.GiveUp)
                return result;

            // Of several reasons, too much work is the one that tells the caller what to do.
            if (failure is not { Kind: RequestErrorKind.Overloaded })
                failure = result.Failure! with { InvalidScores = result.Failure!.InvalidScores || failure?.InvalidScores == true };
            if (next != Next.AskOthers && (!mayAskAnother || (next == Next.AskAnotherWithinBudget && !load.Retries.TrySpend())))
                return failure;
            mayAskAnother &= next == Next.AskOthers;
            (tried ??= []).Add(destination);
        }

        return failure ?? new ScoreFailure(RequestErrorKind.Unavailable, $"no host of {cluster.ClusterId} is up", RetryAfterSeconds: 1);
    }

    /// <summary>Null: this question is asked once. Nobody waits for what lets others go first.</summary>
    private static TimeSpan? HedgeAfter(Question question) =>
        question.Tier.Hedging is { } hedging && question.Call.Priority <= 0 && question.Cluster.DestinationsState.AvailableDestinations.Count > 1
            ? question.Load.TimesOf(question.Call.Digest).Percentile(question.Call.Slots.Length, hedging.AfterPercentile)
            : null;

    /// <summary>
    /// Asks one host, and a second one when the first is slow and the budget allows. The first scores count, and the other host's work is given up; a failure waits for what the other says.
    /// </summary>
    /// <param name="tried">Gets the second host, where one is asked.</param>
    /// <remarks>Dean and Barroso, The tail at scale, Communications of the ACM 56(2), 2013: hedged requests.</remarks>
    private async Task<(ScoreResult Result, Next Next)> HedgeAsync(
        Question question, DestinationState destination, HashSet<DestinationState> tried, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = TryAsync(question, destination, lost.Token);
        if (await IsDoneAsync(first, patience, cancellationToken)
            || cancellationToken.IsCancellationRequested
            || DestinationPicker.Pick(question.Cluster, [destination]) is not { } other
            || !question.Load.Hedges.TrySpend(question.Call.Slots.Length))
        {
            return await first;
        }

        tried.Add(other);
        var second = TryAsync(question, other, lost.Token);
        var earlier = await Task.WhenAny(first, second);
        var later = earlier == first ? second : first;
        var result = await earlier;
        if (result.Result.Scores is null)
        {
            result = await later;
            if (result.Result.Scores is null)
                result = await first;
            metrics.Hedged(question.Tier.Name, result.Result.Scores is null ? "failed" : later == second ? "won" : "lost");
            return result;
        }

        metrics.Hedged(question.Tier.Name, earlier == second ? "won" : "lost");
        await lost.CancelAsync();
        await later;
        return result;
    }

    private async Task<bool> IsDoneAsync(Task task, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var done = await Task.WhenAny(task, Task.Delay(patience, time, enough.Token)) == task;
        await enough.CancelAsync();
        return done;
    }

    private void Late(ClusterState cluster, DestinationState destination, ClusterLoad load, CircuitBreaker.Ticket ticket, bool isFault)
    {
        if (!isFault)
            return;

        // Before it may be ejected.
        var hosts = cluster.DestinationsState.AvailableDestinations.Count;
        health.Report(cluster, destination, failed: true);
        if (load.Breaker.Late(ticket, destination.DestinationId, hosts) is { } pause)
            Log.CircuitOpened(logger, cluster.ClusterId, pause.TotalSeconds);
    }

    private async Task<(ScoreResult Result, Next Next)> TryAsync(Question question, DestinationState destination, CancellationToken cancellationToken)
    {
        var (cluster, call, origin) = (question.Cluster, question.Call, question.Origin);
        var left = question.Deadline.Remaining;
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(destination.Model.Config.Address), ScoreApi.Path));
        message.Content = new ScoreContent(question.Body);
        message.Headers.Host = destination.Model.Config.Host;
        message.Headers.TryAddWithoutValidation(
            ScoreApi.TimeoutHeader, Math.Max(1, (long)left.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        if (origin.RequestId is { } id)
            message.Headers.TryAddWithoutValidation(ScoreApi.RequestIdHeader, id);

        using var span = RouterTraces.Ask(cluster.ClusterId, message.RequestUri!, call.Slots.Length);
        span.Propagate(message, origin.Header);
        DestinationPicker.Enter(destination);
        try
        {
            using var response = await cluster.Model.HttpClient.SendAsync(message, cancellationToken);
            span.SetStatus((int)response.StatusCode);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                return await ReadFailureAsync(cluster, destination, response, stream, cancellationToken);

            var scores = await JsonSerializer.DeserializeAsync(stream, WireJson.Default.ScoreResponse, cancellationToken);
            if (!Answers(scores, call))
                return Broken(cluster, destination, "gave an answer that doesn't fit the request");
            if (!AreFinite(scores!.Logits))
                return Broken(cluster, destination, "gave scores that aren't finite", invalidScores: true);
            health.Report(cluster, destination, failed: false);
            return (scores with { ScoredBy = ScoredBy(response) }, Next.GiveUp);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or IOException)
        {
            span?.SetStatus(ActivityStatusCode.Error, "out of time");
            return (OutOfTime(cluster), Next.GiveUp);
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

    private (ScoreResult Result, Next Next) Broken(ClusterState cluster, DestinationState destination, string what, bool invalidScores = false)
    {
        health.Report(cluster, destination, failed: true);
        var failure = new ScoreFailure(RequestErrorKind.Unavailable, $"a host of {cluster.ClusterId} {what}", RetryAfterSeconds: 1) { InvalidScores = invalidScores };
        return (failure, Next.AskAnother);
    }

    private async Task<(ScoreResult Result, Next Next)> ReadFailureAsync(
        ClusterState cluster, DestinationState destination, HttpResponseMessage response, Stream stream, CancellationToken cancellationToken)
    {
        var error = await ReadErrorAsync(stream, cancellationToken);
        var status = (int)response.StatusCode;
        var retryAfter = (int?)response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 1;

        // A host that says it isn't ready for one model may well serve others, and one that had too little time says nothing: neither is held against it, nor counts for it.
        if (status >= 500 && error?.Code is not (ScoreErrorCode.ModelNotReady or ScoreErrorCode.DeadlineExceeded))
            health.Report(cluster, destination, failed: true);

        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => (new ScoreFailure(RequestErrorKind.ModelNotFound, $"a host of {cluster.ClusterId} doesn't hold the model", 1), Next.AskOthers),
            HttpStatusCode.ServiceUnavailable => (new ScoreFailure(RequestErrorKind.Unavailable, $"a host of {cluster.ClusterId} isn't ready", retryAfter), Next.AskOthers),
            HttpStatusCode.TooManyRequests =>
                (new ScoreFailure(RequestErrorKind.Overloaded, $"the hosts of {cluster.ClusterId} have too much to do", retryAfter), Next.AskAnotherWithinBudget),
            HttpStatusCode.GatewayTimeout => (OutOfTime(cluster), Next.GiveUp),
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge =>
                (new ScoreFailure(RequestErrorKind.Invalid, error?.Message ?? $"{cluster.ClusterId} refused the request") { Passage = error?.Passage }, Next.GiveUp),
            _ => (
                new ScoreFailure(RequestErrorKind.Internal, $"a host of {cluster.ClusterId} failed with {status} {error?.Code}")
                {
                    InvalidScores = error?.Code == ScoreErrorCode.InvalidScores,
                },
                // The same model would give another host no better scores.
                error?.Code == ScoreErrorCode.InvalidScores ? Next.GiveUp : Next.AskAnother),
        };
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
            return JsonSerializer.Deserialize(body.Written.Span, WireJson.Default.ScoreError);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Answers(ScoreResponse? scores, ScoreCall call)
    {
        if (scores is null || scores.Digest != call.Digest || scores.Logits.Length != call.Slots.Length)
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

    /// <param name="Body">What hosts are sent.</param>
    private sealed record Question(RequestOrigin Origin, ServingTier Tier, ClusterLoad Load, ScoreCall Call, PooledBuffer Body, Deadline Deadline)
    {
        public ClusterState Cluster => Tier.Cluster;
    }
}
