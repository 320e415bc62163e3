namespace Rerank.Operator.Runtime;

/// <summary>Random spreads of times, so that many clients don't act in step. Safe for concurrent use, which <see cref="Random"/> isn't.</summary>
internal sealed class Jitter(Random random)
{
    private readonly Lock _lock = new();

    public TimeSpan Between(TimeSpan min, TimeSpan max)
    {
        lock (_lock)
        {
            return min + (random.NextDouble() * (max - min));
        }
    }

    /// <summary>From <paramref name="value"/> less that share of it to as much more.</summary>
    public TimeSpan Around(TimeSpan value, double share) => Between(value * (1 - share), value * (1 + share));
}
