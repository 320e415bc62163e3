using System.Globalization;
using System.Net;
using k8s.Autorest;
using Rerank.Operator.Runtime.Client;

namespace Rerank.Faults.Tests.Faults;

/// <summary>A refusing server's answers, in words and as what the operator's client throws for them.</summary>
internal static class Refusals
{
    public static string Message(Call call, Fault.Refusal refusal) => refusal.Status switch
    {
        HttpStatusCode.Forbidden => $"{call.Kind} \"{call.Name}\" is forbidden: User \"operator\" cannot {Word(call.Verb)} resource \"{call.Kind}\"",
        HttpStatusCode.Conflict => $"Operation cannot be fulfilled on {call.Kind} \"{call.Name}\": the object has been modified",
        HttpStatusCode.TooManyRequests => "Too many requests, please try again later.",
        _ => $"the server is unable to handle {call}",
    };

    public static Exception AsThrown(Call call, Fault.Refusal refusal)
    {
        var message = Message(call, refusal);
        if (refusal.Status == HttpStatusCode.Conflict)
            return new ConflictException(message);
        using var response = new HttpResponseMessage(refusal.Status);
        if (refusal.RetryAfter is { } after)
            response.Headers.Add("Retry-After", ((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return new HttpOperationException(message) { Response = new HttpResponseMessageWrapper(response, message) };
    }

    /// <summary>The verb of roles.</summary>
    public static string Word(Verb verb) => verb switch
    {
        Verb.Apply or Verb.ApplyStatus or Verb.SetFinalizers => "patch",
        _ => verb.ToString().ToLowerInvariant(),
    };
}
