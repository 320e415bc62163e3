using System.Net;

namespace Rerank.Faults.Tests.Faults;

/// <summary>What goes wrong with a request.</summary>
internal abstract record Fault
{
    /// <summary>The request is done, and the operator dies before it learns of it.</summary>
    internal sealed record Crash : Fault;

    /// <summary>The request is done, but no answer comes.</summary>
    internal sealed record LostAnswer : Fault;

    /// <summary>The request doesn't arrive.</summary>
    internal sealed record LostRequest : Fault;

    /// <summary>The server refuses it.</summary>
    internal sealed record Refusal(HttpStatusCode Status, TimeSpan? RetryAfter = null) : Fault;

    /// <summary>The answer takes so long, in simulated time.</summary>
    internal sealed record Slow(TimeSpan By) : Fault;

    /// <summary>Something happens before the request arrives.</summary>
    internal sealed record Meanwhile(Func<Task> What) : Fault;
}
