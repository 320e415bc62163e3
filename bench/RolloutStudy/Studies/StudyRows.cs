using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rerank.Operator.Api;
using Rerank.RolloutStudy.Scenarios;

namespace Rerank.RolloutStudy.Studies;

/// <param name="Ours">What became of our own rollouts, in the order of their seeds.</param>
/// <param name="Rivals">As <see cref="Studies.Rivals.Run"/> has them.</param>
internal sealed record StudyRow(Scenario Scenario, IReadOnlyList<RolloutEnd> Ours, IReadOnlyDictionary<string, RolloutEnd?[]> Rivals)
{
    public ScenarioResult Result { get; } = ScenarioResult.Of(Scenario.Name, Ours);
}

/// <summary>
/// Runs scenarios, and keeps what became of their rollouts in a file as soon as it is known, so that a study that was interrupted goes on where it was, and one of more rollouts takes those that
/// are there. They are found again by all that their scenario says; who changes what is studied begins another file.
/// </summary>
internal sealed class StudyRows
{
    /// <summary>How many rollouts an interruption loses at most.</summary>
    private const int RolloutsAtOnce = 20;

    private readonly string? _path;
    private readonly TextWriter _progress;
    private readonly Dictionary<string, StoredRollouts> _known = [];

    /// <param name="path">Null: nothing is kept.</param>
    /// <param name="progress">Gets a line for each row.</param>
    public StudyRows(string? path, TextWriter progress)
    {
        (_path, _progress) = (path, progress);
        if (path is null || !File.Exists(path))
            return;

        // Whoever was interrupted may have left a part of a line.
        var text = File.ReadAllText(path);
        var whole = text.LastIndexOf('\n') + 1;
        if (whole < text.Length)
            File.WriteAllText(path, text[..whole]);
        foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Add(JsonSerializer.Deserialize(line, StudyJson.Default.StoredRollouts) ?? throw new JsonException($"{path}: a line is null."));
    }

    /// <param name="seenByOthers">The metrics that other methods look at; null: all of the scenario's.</param>
    /// <returns>At least as many rollouts as the scenario asks for.</returns>
    public StudyRow Of(Scenario scenario, MetricSpec? seenByOthers = null)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(scenario with { Rollouts = 1 }, ScenarioJson.Default.Scenario);
        var key = $"{Convert.ToHexString(SHA256.HashData(text))} {seenByOthers?.Name}".TrimEnd();
        var ends = _known.GetValueOrDefault(key) ?? new(key, scenario.Name, [], new Dictionary<string, RolloutEnd?[]>());
        while (ends.Ours.Length < scenario.Rollouts)
        {
            var (first, count) = (ends.Ours.Length, Math.Min(RolloutsAtOnce, scenario.Rollouts - ends.Ours.Length));
            var more = new StoredRollouts(key, scenario.Name, Simulate.Ends(scenario, first, count), Rivals.Run(scenario, seenByOthers is null ? scenario.Metrics : [seenByOthers], first, count));
            if (_path is not null)
                File.AppendAllText(_path, JsonSerializer.Serialize(more, StudyJson.Default.StoredRollouts) + "\n");
            ends = Add(more);
        }

        var row = new StudyRow(scenario, ends.Ours, ends.Rivals);
        _progress.WriteLine(JsonSerializer.Serialize(row.Result, ScenarioJson.Default.ScenarioResult));
        return row;
    }

    private StoredRollouts Add(StoredRollouts more) => _known[more.Key] = _known.TryGetValue(more.Key, out var known) ? known.And(more) : more;
}

/// <param name="Key">Of the scenario, and of what others look at.</param>
/// <param name="Name">Of the scenario, for people.</param>
/// <param name="Ours">As <see cref="StudyRow.Ours"/>.</param>
/// <param name="Rivals">As <see cref="StudyRow.Rivals"/>.</param>
internal sealed record StoredRollouts(string Key, string Name, RolloutEnd[] Ours, IReadOnlyDictionary<string, RolloutEnd?[]> Rivals)
{
    public StoredRollouts And(StoredRollouts more) => this with
    {
        Ours = [.. Ours, .. more.Ours],
        Rivals = more.Rivals.ToDictionary(rival => rival.Key, rival => (RolloutEnd?[])[.. Rivals[rival.Key], .. rival.Value]),
    };
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredRollouts))]
internal sealed partial class StudyJson : JsonSerializerContext;
