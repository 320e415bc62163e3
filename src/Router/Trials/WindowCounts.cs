namespace Rerank.Router.Trials;

/// <summary>How many of the last seconds' requests were bad, in a ring of one-second slots.</summary>
internal sealed class WindowCounts(int seconds)
{
    private readonly int[] _all = new int[seconds];
    private readonly int[] _bad = new int[seconds];
    private long _newest;

    public int All { get; private set; }

    public int Bad { get; private set; }

    /// <param name="second">Of a clock that doesn't go back; an older one than the newest counts as the newest.</param>
    public void Add(long second, bool bad)
    {
        MoveTo(second);
        var slot = (int)(_newest % _all.Length);
        _all[slot]++;
        All++;
        if (!bad)
            return;
        _bad[slot]++;
        Bad++;
    }

    public void MoveTo(long second)
    {
        // After a pause longer than the window the whole ring is emptied, once.
        _newest = Math.Max(_newest, second - _all.Length);
        while (_newest < second)
        {
            var slot = (int)(++_newest % _all.Length);
            All -= _all[slot];
            Bad -= _bad[slot];
            _all[slot] = 0;
            _bad[slot] = 0;
        }
    }
}
