using System.Net;
using System.Text;

namespace Rerank.Faults.Tests.Faults;

/// <summary>
/// Faults by chance. What happens to a request depends on the seed, on what it is about and on how many like it came before, and on nothing else: threads
/// may take turns as they like.
/// </summary>
internal sealed class RandomFaults(int seed, double rate)
{
    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;

    private readonly Dictionary<Call, int> _seen = [];

    /// <returns>Null when nothing goes wrong.</returns>
    public Fault? Of(Call call)
    {
        var nth = _seen[call] = _seen.GetValueOrDefault(call) + 1;
        var random = new Random(Hash($"{seed}/{call}/{nth}"));
        if (random.NextDouble() >= rate)
            return null;
        return (call.IsToApiServer, call.IsWrite) switch
        {
            (true, true) => random.Next(8) switch
            {
                0 or 1 => new Fault.Crash(),
                2 => new Fault.LostAnswer(),
                3 => new Fault.LostRequest(),
                4 => new Fault.Refusal(HttpStatusCode.Conflict),
                5 => new Fault.Refusal(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(random.Next(1, 5))),
                6 => new Fault.Refusal(random.Next(2) == 0 ? HttpStatusCode.InternalServerError : HttpStatusCode.ServiceUnavailable),
                _ => new Fault.Slow(TimeSpan.FromSeconds(random.Next(1, 40))),
            },
            (true, false) => random.Next(4) switch
            {
                0 => new Fault.LostAnswer(),
                1 => new Fault.Refusal(HttpStatusCode.InternalServerError),
                2 => new Fault.Refusal(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1)),
                _ => new Fault.Slow(TimeSpan.FromSeconds(random.Next(1, 40))),
            },
            (false, true) => random.Next(3) switch
            {
                0 => new Fault.Crash(),
                1 => new Fault.LostAnswer(),
                _ => new Fault.LostRequest(),
            },
            _ => new Fault.LostAnswer(),
        };
    }

    // FNV-1a, because string hashes differ from process to process.
    private static int Hash(string text) =>
        (int)Encoding.UTF8.GetBytes(text).Aggregate(FnvOffset, (hash, value) => unchecked((hash ^ value) * FnvPrime));
}
