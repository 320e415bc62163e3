using System.Net;

namespace Rerank.Operator.Admin;

/// <summary>What an admin port answered. Exactly one of status and problem is set.</summary>
/// <param name="Refusal">The code of an answer that is no success; null when there was none, or no answer at all.</param>
internal readonly record struct AdminAnswer<TStatus>(TStatus? Status, string? Problem, HttpStatusCode? Refusal = null)
    where TStatus : class
{
    /// <summary>Whether the process understood what it was told, and refuses it for what is in it.</summary>
    public bool IsRefusal => Refusal == HttpStatusCode.BadRequest;
}
