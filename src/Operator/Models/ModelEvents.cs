using Rerank.Operator.Api;
using Rerank.Operator.Events;

namespace Rerank.Operator.Models;

/// <summary>What changed between two statuses that is worth telling.</summary>
internal static class ModelEvents
{
    public static IEnumerable<StateEvent> Between(ModelVersionStatus? before, ModelVersionStatus after)
    {
        if (New(before, after, "Ready") is { Status: not ConditionStatus.Unknown } ready)
            yield return new(ready.Status == ConditionStatus.False, ready.Reason, "Load", ready.Message);
    }

    private static Condition? New(ModelVersionStatus? before, ModelVersionStatus after, string type)
    {
        var now = Find(after, type);
        var old = Find(before, type);
        return now?.Status == old?.Status && now?.Reason == old?.Reason ? null : now;
    }

    private static Condition? Find(ModelVersionStatus? status, string type) => status?.Conditions.FirstOrDefault(c => c.Type == type);
}
