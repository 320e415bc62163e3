using System.Text.Json.Nodes;
using Rerank.TestKit;

namespace Rerank.EndToEnd.Tests.Cluster;

/// <summary>A pod that sends requests until it is disposed of.</summary>
internal sealed class LoadPod(Kubectl kubectl, string pod) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>What happened since its start.</summary>
    public async Task<LoadTally> TallyAsync()
    {
        var line = (await kubectl.RunAsync("logs", pod, "--tail=1")).Trim();
        return LoadTally.Parse(line);
    }

    /// <summary>Waits until so many more requests were answered without failure, and returns the tally then.</summary>
    public async Task<LoadTally> AnsweredAsync(int more)
    {
        long? start = null;
        return await Eventually.Passes(
            async () =>
            {
                var now = await TallyAsync();
                start ??= now.Succeeded;
                Assert.True(now.Succeeded >= start + more, $"{now.Succeeded - start} of {more} requests were answered: {now}");
                return now;
            },
            Kubectl.Stop,
            Deadline);
    }

    public async ValueTask DisposeAsync() => await kubectl.TryAsync("delete", "pod", pod, "--wait=false");
}

/// <param name="SessionSwitches">How often a session was answered by another revision than the time before.</param>
/// <param name="Revisions">Answers of each revision.</param>
internal sealed record LoadTally(
    long Requests, long Failures, long Retries, long Degraded, long SessionSwitches, IReadOnlyDictionary<string, LoadAnswers> Revisions, string Samples)
{
    /// <summary>How many the client takes turns with.</summary>
    public const int Sessions = 200;

    public long Succeeded => Requests - Failures;

    public static LoadTally Parse(string line)
    {
        var json = JsonNode.Parse(line)!;
        return new(
            (long)json["requests"]!,
            (long)json["failures"]!,
            (long)json["retries"]!,
            (long)json["degraded"]!,
            (long)json["sessionSwitches"]!,
            json["revisions"]!.AsObject().ToDictionary(
                revision => revision.Key,
                revision => new LoadAnswers((long)revision.Value!["count"]!, (DateTimeOffset)revision.Value["first"]!, (DateTimeOffset)revision.Value["last"]!)),
            json["samples"]!.ToJsonString());
    }

    public override string ToString() => $"{Requests} requests, {Failures} failed, {Degraded} degraded, {Retries} sent again {Samples}";
}

internal sealed record LoadAnswers(long Count, DateTimeOffset First, DateTimeOffset Last);
