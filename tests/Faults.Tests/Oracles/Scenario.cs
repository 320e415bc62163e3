using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Oracles;

/// <summary>A change of the world, from a state before to whatever it leads to.</summary>
/// <param name="Before">Brings a new world to where it begins, without faults.</param>
/// <param name="Change">What a user does then.</param>
/// <param name="After">What time, users and nodes do once the change has been made.</param>
internal sealed record Scenario(Func<FaultWorld, Task> Before, Func<FaultWorld, Task> Change, Func<FaultWorld, Task>? After = null);
