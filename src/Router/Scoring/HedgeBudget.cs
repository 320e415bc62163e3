namespace Rerank.Router.Scoring;

/// <summary>
/// Bounds what hedging adds to the work of hosts: pairs that are asked about for the first time earn a share of pairs that may be asked about twice, and the share of <see cref="Most"/>
/// pairs can be saved up.
/// </summary>
internal sealed class HedgeBudget
{
    /// <summary>Pairs; a burst of hedges after a quiet time takes the share of so many at most.</summary>
    public const int Most = 100_000;

    private const int Permille = 1000;

    private readonly Lock _gate = new();
    private long _credit;

    /// <param name="permille">The share, in thousandths.</param>
    public void Earn(int pairs, int permille)
    {
        lock (_gate)
            _credit = Math.Min(_credit + ((long)pairs * permille), (long)Most * permille);
    }

    public bool TrySpend(int pairs)
    {
        lock (_gate)
        {
            if (_credit < (long)pairs * Permille)
                return false;
            _credit -= (long)pairs * Permille;
            return true;
        }
    }
}
