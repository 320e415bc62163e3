using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <summary>A method that looks at several metrics, and rolls back for the first one that asks for it.</summary>
internal sealed class AnyOf(IReadOnlyList<IMinuteMethod> methods) : IMinuteMethod
{
    public bool Look(Minute minute)
    {
        var rollsBack = false;
        foreach (var method in methods)
            rollsBack |= method.Look(minute);
        return rollsBack;
    }
}
