using System.Diagnostics;

namespace Rerank.Serving.Load;

internal static class Timed
{
    public static async Task<double> MillisecondsAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
