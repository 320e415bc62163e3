using Rerank.Operator.Api;

namespace Rerank.Operator.Status;

/// <summary>A condition that shall be shown.</summary>
internal sealed record DesiredCondition(string Type, ConditionStatus Status, string Reason, string Message)
{
    public static DesiredCondition Of(string type, ConditionStatus status, Problem problem) => new(type, status, problem.Reason, problem.Message);
}

internal static class Conditions
{
    private const int MaxMessageLength = 2048;

    /// <summary>The conditions to store. When a status didn't change, neither does the time since when it holds.</summary>
    public static List<Condition> Merge(IReadOnlyList<Condition>? previous, IEnumerable<DesiredCondition> desired, long generation, DateTimeOffset now) =>
    [
        .. desired.Select(d =>
        {
            var before = previous?.FirstOrDefault(p => p.Type == d.Type);
            return new Condition
            {
                Type = d.Type,
                Status = d.Status,
                ObservedGeneration = generation,
                LastTransitionTime = before?.Status == d.Status ? before.LastTransitionTime : Seconds(now),
                Reason = d.Reason,
                Message = d.Message.Length <= MaxMessageLength ? d.Message : $"{d.Message.AsSpan(0, MaxMessageLength - 3)}...",
            };
        }),
    ];

    /// <summary>The API's times have no fractions of seconds: one that came back must equal the one that was sent.</summary>
    public static DateTime Seconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
}
