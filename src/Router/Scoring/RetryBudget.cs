namespace Rerank.Router.Scoring;

/// <summary>
/// Bounds what retries add to the load of hosts that have too much of it already: every request earns a tenth of a retry, and <see cref="Most"/> can be saved up for bursts.
/// </summary>
/// <remarks>As Finagle's retry budget.</remarks>
internal sealed class RetryBudget
{
    public const int Most = 20;

    private const int Price = 10;

    private int _credit = Most * Price;

    public void Earn()
    {
        // May overshoot by a few when many do so at once, which does no harm.
        if (Volatile.Read(ref _credit) < Most * Price)
            Interlocked.Increment(ref _credit);
    }

    public bool TrySpend()
    {
        if (Interlocked.Add(ref _credit, -Price) >= 0)
            return true;
        Interlocked.Add(ref _credit, Price);
        return false;
    }
}
