using System.Diagnostics;

namespace Rerank.RerankerHost.Tokenization;

/// <summary>
/// How long the work on a request's texts may keep a thread of the pool at most. There are about as many of them as cores, and what small requests need of one takes some microseconds.
/// </summary>
/// <param name="length">As long as it likes: <see cref="TimeSpan.MaxValue"/>.</param>
internal sealed class ThreadSlice(TimeSpan length)
{
    /// <summary>What a request gets at a time.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(0.5);

    private long _begun = Stopwatch.GetTimestamp();

    /// <summary>Lets others' work go first when the time is over.</summary>
    public ValueTask PassAsync() => Stopwatch.GetElapsedTime(_begun) <= length ? default : YieldAsync();

    private async ValueTask YieldAsync()
    {
        await Task.Yield();
        _begun = Stopwatch.GetTimestamp();
    }
}
