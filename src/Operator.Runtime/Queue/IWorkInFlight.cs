namespace Rerank.Operator.Runtime.Queue;

/// <summary>How long workers have been busy with what they have in hand.</summary>
internal interface IWorkInFlight
{
    (TimeSpan Sum, TimeSpan Longest) Running();
}
