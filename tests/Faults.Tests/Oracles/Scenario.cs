using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>A change of the world, from a state before to whatever it leads to.</summary>
/// <param name="Before">Brings a new world to where it begins, without faults.</param>
/// <param name="Change">What a user does then.</param>
/// <param name="Until">What it leads to, where that takes longer than the operator writes without a break.</param>
/// <param name="After">What is done after that.</param>
internal sealed record Scenario(
    Func<FaultWorld, Task> Before, Func<FaultWorld, Task> Change, Func<FaultWorld, Task<bool>>? Until = null, Func<FaultWorld, Task>? After = null);
