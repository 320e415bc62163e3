using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;

namespace Rerank.RolloutStudy.Scenarios;

/// <summary>
/// A rollout to simulate: what traffic comes, how the candidate differs, what happens to both arms meanwhile. docs/analysis.md describes the file. Every value that isn't known is an error.
/// </summary>
internal sealed record Scenario
{
    /// <summary>Name of the step that stands for the bake; it comes last.</summary>
    public const string Bake = "bake";

    private const double MostRequestsPerSecond = 10_000;
    private const int MostSeconds = 30 * 24 * 3600;

    public required string Name { get; init; }

    public required double RequestsPerSecond { get; init; }

    /// <summary>Steps that last this long at least, and twice as long at most: a step that isn't passed by then leaves the rollout undecided.</summary>
    public required IReadOnlyList<ScenarioStep> Steps { get; init; }

    public int Rollouts { get; set; } = 20;

    public ulong Seed { get; set; } = 1;

    /// <summary>As in the pipeline's spec; all are enforced unless they say otherwise.</summary>
    public IReadOnlyList<MetricSpec> Metrics { get; set; } = [new() { Name = "errors", Type = MetricType.ErrorRate, MaxDeltaPermille = 10, HardLimitPermille = 200 }];

    public Difference Candidate { get; set; } = new();

    public IReadOnlyList<Event> Environment { get; set; } = [];

    public Keys Keys { get; set; } = new();

    public Requests Requests { get; set; } = new();

    public int Routers { get; set; } = 2;

    public int BakeSeconds => Steps is [.., { Name: Bake } bake] ? bake.Seconds : 0;

    public IEnumerable<ScenarioStep> StepsBeforeBake => Steps.Where(step => step.Name != Bake);

    public int Seconds => Steps.Sum(step => step.Seconds);

    /// <exception cref="InvalidDataException">The file isn't a scenario; the message says what is wrong.</exception>
    public static Scenario Read(string path)
    {
        try
        {
            var scenario = JsonSerializer.Deserialize(File.ReadAllText(path), ScenarioJson.Default.Scenario) ?? throw new InvalidDataException($"{path} is null.");
            return scenario.Errors().FirstOrDefault() is { } error ? throw new InvalidDataException($"{path}: {error}.") : scenario;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private IEnumerable<string> Errors()
    {
        if (!(RequestsPerSecond > 0 && RequestsPerSecond <= MostRequestsPerSecond))
            yield return $"requestsPerSecond must be above 0 and at most {MostRequestsPerSecond}, not {RequestsPerSecond}";
        if (Rollouts is < 1 or > 100_000)
            yield return $"rollouts must be from 1 to 100000, not {Rollouts}";
        if (Routers is < 1 or > 100)
            yield return $"routers must be from 1 to 100, not {Routers}";
        if (!StepsBeforeBake.Any() || Steps.SkipLast(1).Any(step => step.Name == Bake))
            yield return $"steps must have one before the bake, and \"{Bake}\" only as the last";
        if (Steps.Select(step => step.Name).Distinct().Count() != Steps.Count)
            yield return "steps must have different names";
        for (var i = 0; i < Steps.Count; i++)
        {
            var step = Steps[i];
            if (step.Seconds is < 1 or > MostSeconds)
                yield return $"steps[{i}].seconds must be from 1 to {MostSeconds}, not {step.Seconds}";
            if (step.TrafficPermille is < 0 or > 1000 || step.MirrorPermille is < 0 or > 1000)
                yield return $"steps[{i}].trafficPermille and mirrorPermille must be from 0 to 1000";
            if (step.Name != Bake && step.TrafficPermille + step.MirrorPermille == 0)
                yield return $"steps[{i}] must have trafficPermille or mirrorPermille above 0";
            if (i > 0 && step.Name != Bake && step.TrafficPermille < Steps[i - 1].TrafficPermille)
                yield return $"steps[{i}].trafficPermille must not be less than the step before has";
        }

        if (Metrics.Select(metric => metric.Name).Distinct().Count() != Metrics.Count)
            yield return "metrics must have different names";
        for (var i = 0; i < Metrics.Count; i++)
        {
            foreach (var error in MetricRules.Check(Metrics[i], $"metrics[{i}]"))
                yield return $"{error.Path}: {error.Message}";
            if (Metrics[i].Type == MetricType.Prometheus)
                yield return $"metrics[{i}].type \"Prometheus\" can't be simulated";
        }

        foreach (var error in Candidate.Errors().Concat(Environment.SelectMany((e, i) => e.Errors(i))).Concat(Keys.Errors()).Concat(Requests.Errors()))
            yield return error;
    }

    /// <returns>An error when the value isn't a share.</returns>
    internal static IEnumerable<string> Share(string name, double value) => value is >= 0 and <= 1 ? [] : [$"{name} must be from 0 to 1, not {value}"];

    internal static IEnumerable<string> Positive(string name, double value) => value is > 0 and <= 1000 ? [] : [$"{name} must be above 0 and at most 1000, not {value}"];
}

internal sealed record ScenarioStep
{
    public required string Name { get; init; }

    public required int Seconds { get; init; }

    public int TrafficPermille { get; set; }

    public int MirrorPermille { get; set; }
}

/// <summary>How the candidate differs from stable.</summary>
internal sealed record Difference
{
    /// <summary>Added to the error rate.</summary>
    public double MoreErrors { get; set; }

    /// <summary>Factor of every latency.</summary>
    public double Slower { get; set; } = 1;

    /// <summary>Taken from the mean overlap that an equally good model has with stable.</summary>
    public double LessOverlap { get; set; }

    /// <summary>Added to the best score, in logits.</summary>
    public double ScoreShift { get; set; }

    /// <summary>Share of its shadows that fail.</summary>
    public double ShadowFailures { get; set; }

    /// <summary>Factor of the share of answers that get a click.</summary>
    public double ClickShareFactor { get; set; } = 1;

    /// <summary>Share of its requests with scores that aren't finite.</summary>
    public double InvalidScores { get; set; }

    public IEnumerable<string> Errors() =>
    [
        .. Scenario.Share("candidate.moreErrors", MoreErrors),
        .. Scenario.Positive("candidate.slower", Slower),
        .. Scenario.Share("candidate.lessOverlap", LessOverlap),
        .. Scenario.Share("candidate.shadowFailures", ShadowFailures),
        .. ClickShareFactor is >= 0 and <= 100 ? Array.Empty<string>() : [$"candidate.clickShareFactor must be from 0 to 100, not {ClickShareFactor}"],
        .. Scenario.Share("candidate.invalidScores", InvalidScores),
        .. Math.Abs(ScoreShift) <= 100 ? Array.Empty<string>() : [$"candidate.scoreShift must be from -100 to 100, not {ScoreShift}"],
    ];
}

/// <summary>What happens to both arms alike, from the start of the first step on.</summary>
internal sealed record Event
{
    public required int FromSeconds { get; init; }

    public required int ToSeconds { get; init; }

    public double MoreErrors { get; set; }

    public double Slower { get; set; } = 1;

    public double ScoreShift { get; set; }

    /// <summary>Share of comparisons in which the arm that ranks for comparison only fails, whichever that is.</summary>
    public double ShadowFailures { get; set; }

    /// <summary>Factor of the share of answers that get a click.</summary>
    public double ClickShareFactor { get; set; } = 1;

    public IEnumerable<string> Errors(int index) =>
    [
        .. FromSeconds >= 0 && ToSeconds > FromSeconds ? Array.Empty<string>() : [$"environment[{index}].toSeconds must be above fromSeconds, which is 0 at least"],
        .. Scenario.Share($"environment[{index}].moreErrors", MoreErrors),
        .. Scenario.Positive($"environment[{index}].slower", Slower),
        .. Math.Abs(ScoreShift) <= 100 ? Array.Empty<string>() : [$"environment[{index}].scoreShift must be from -100 to 100, not {ScoreShift}"],
        .. Scenario.Share($"environment[{index}].shadowFailures", ShadowFailures),
        .. ClickShareFactor is >= 0 and <= 100 ? Array.Empty<string>() : [$"environment[{index}].clickShareFactor must be from 0 to 100, not {ClickShareFactor}"],
    ];
}

/// <summary>Who asks. Keys are sticky: each is answered by one arm as long as weights don't change that.</summary>
internal sealed record Keys
{
    /// <summary>0: no request has a key.</summary>
    public int Count { get; set; }

    /// <summary>Traffic of the n-th key is in proportion to 1 / n^zipf.</summary>
    public double Zipf { get; set; }

    /// <summary>Standard deviation, from key to key, of the logarithm of latency.</summary>
    public double LatencySigma { get; set; }

    /// <summary>Standard deviation, from key to key, of the best score.</summary>
    public double ScoreSigma { get; set; }

    /// <summary>Keys besides those that send bad requests, in whatever arm they fall.</summary>
    public int BadKeys { get; set; }

    public double BadKeyErrors { get; set; }

    /// <summary>Share of all requests that the bad keys send.</summary>
    public double BadKeyShare { get; set; }

    public IEnumerable<string> Errors() =>
    [
        .. Count is >= 0 and <= 1_000_000 ? Array.Empty<string>() : [$"keys.count must be from 0 to 1000000, not {Count}"],
        .. Zipf is >= 0 and <= 10 ? Array.Empty<string>() : [$"keys.zipf must be from 0 to 10, not {Zipf}"],
        .. LatencySigma is >= 0 and <= 10 ? Array.Empty<string>() : [$"keys.latencySigma must be from 0 to 10, not {LatencySigma}"],
        .. ScoreSigma is >= 0 and <= 100 ? Array.Empty<string>() : [$"keys.scoreSigma must be from 0 to 100, not {ScoreSigma}"],
        .. BadKeys is >= 0 and <= 100_000 ? Array.Empty<string>() : [$"keys.badKeys must be from 0 to 100000, not {BadKeys}"],
        .. Scenario.Share("keys.badKeyErrors", BadKeyErrors),
        .. Scenario.Share("keys.badKeyShare", BadKeyShare),
        .. BadKeyShare == 0 || BadKeys > 0 ? Array.Empty<string>() : ["keys.badKeyShare needs keys.badKeys above 0"],
    ];
}

internal sealed record Requests
{
    /// <summary>Share of requests with one document: they can't be compared, and their best score is lower.</summary>
    public double SingleDocumentShare { get; set; }

    /// <summary>Share of requests of which stable's cache has all; the candidate's has none of it.</summary>
    public double CachedShare { get; set; }

    /// <summary>Factor of the latency of those requests where they are computed.</summary>
    public double CachedSlower { get; set; } = 1;

    /// <summary>Share of requests that are one and the same, which both arms rank with an overlap of 0.6.</summary>
    public double RepeatShare { get; set; }

    /// <summary>Share of requests whose caller doesn't wait long enough for any answer.</summary>
    public double ShortLimitShare { get; set; }

    /// <summary>Share of stable's answers that get a click.</summary>
    public double ClickRate { get; set; } = 0.6;

    public IEnumerable<string> Errors() =>
    [
        .. Scenario.Share("requests.singleDocumentShare", SingleDocumentShare),
        .. Scenario.Share("requests.cachedShare", CachedShare),
        .. Scenario.Positive("requests.cachedSlower", CachedSlower),
        .. Scenario.Share("requests.repeatShare", RepeatShare),
        .. Scenario.Share("requests.shortLimitShare", ShortLimitShare),
        .. Scenario.Share("requests.clickRate", ClickRate),
    ];
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(Scenario))]
[JsonSerializable(typeof(ScenarioResult))]
internal sealed partial class ScenarioJson : JsonSerializerContext;
