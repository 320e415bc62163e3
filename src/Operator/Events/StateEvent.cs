namespace Rerank.Operator.Events;

/// <summary>A change of state that people may want to know of.</summary>
/// <param name="Reason">CamelCase, one of few.</param>
/// <param name="Action">What the operator was doing, in CamelCase.</param>
/// <param name="Note">For people.</param>
internal sealed record StateEvent(bool IsWarning, string Reason, string Action, string Note);
