using Rerank.Router.Routing;

namespace Rerank.Router.Trials;

/// <summary>Who is to answer a request.</summary>
/// <param name="Counts">Whether what becomes of it is evidence: there is a trial, and the weights chose, not the caller.</param>
internal sealed record ArmChoice(ServingTable Table, ServingArm Arm, bool Counts);
