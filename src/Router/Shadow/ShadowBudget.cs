namespace Rerank.Router.Shadow;

/// <summary>
/// Pairs that may be scored for comparison: a bucket that answers fill and shadows empty. A shadow may overdraw it once, since its size is the caller's; the
/// next ones then wait until answers have made up for it, so that the share holds over time.
/// </summary>
internal sealed class ShadowBudget
{
    /// <summary>Pairs in the bucket at the begin, and at most: enough to see something soon, too little to be a burden.</summary>
    public const int Burst = 2000;

    private const long Thousandths = 1000;

    private readonly Lock _gate = new();
    private long _credit = Burst * Thousandths;

    /// <param name="pairs">Scored for an answer.</param>
    /// <param name="permille">Share of them that is earned.</param>
    public void Earn(int pairs, int permille) => Add((long)pairs * permille);

    public bool TryTake(int pairs)
    {
        lock (_gate)
        {
            if (_credit <= 0)
                return false;
            _credit -= pairs * Thousandths;
            return true;
        }
    }

    /// <summary>Takes back what a shadow didn't need.</summary>
    public void GiveBack(int pairs) => Add(pairs * Thousandths);

    private void Add(long thousandths)
    {
        lock (_gate)
            _credit = Math.Min(_credit + thousandths, Burst * Thousandths);
    }
}
