namespace Rerank.Router.Scoring;

/// <summary>
/// Keeps requests from waiting for hosts that don't answer in time. After <see cref="LateToOpen"/> full time limits or more in a row without any answer the circuit is open: nobody is asked
/// for a while. One host of several that hangs doesn't open it: some of them have to be late, or all. Then it is half open: one request tries, and its outcome closes the circuit or opens it for twice as long. Any answer counts as one, also a refusal: this is about
/// hosts that hang, and not about those that fail or are busy.
/// </summary>
/// <remarks>Nygard, Release It!, 2007.</remarks>
internal sealed class CircuitBreaker(TimeProvider time)
{
    public const int LateToOpen = 3;

    /// <summary>So many hosts that are late in a row, none of which answers, are taken for all of them.</summary>
    public const int MostHosts = 5;

    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<string> _lateHosts = [];
    private int _late;
    private TimeSpan _pause;
    private long _openedAt;
    private bool _isTrying;

    // Counts openings and closings, so that what was asked before the last one is told apart.
    private int _state;

    /// <summary>Null: ask, say what comes of it, and that it has ended. Else how long nobody is asked any more, at least a second.</summary>
    /// <param name="ticket">To be shown with what came of it.</param>
    public TimeSpan? Refuse(out Ticket ticket)
    {
        lock (_lock)
        {
            ticket = new(_state, IsTry: _pause > TimeSpan.Zero);
            if (_pause == TimeSpan.Zero)
                return null;
            var left = _pause - time.GetElapsedTime(_openedAt);
            if (left <= TimeSpan.Zero && !_isTrying)
            {
                _isTrying = true;
                return null;
            }

            return left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>How long nobody is asked any more, at least a second; null: the circuit is closed, or somebody may try. For those that don't say what comes of it.</summary>
    public TimeSpan? OpenFor()
    {
        lock (_lock)
        {
            var left = _pause > TimeSpan.Zero ? _pause - time.GetElapsedTime(_openedAt) : TimeSpan.Zero;
            return left <= TimeSpan.Zero ? null : left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>A host has answered, whatever, and whenever it was asked.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            if (_pause > TimeSpan.Zero)
                _state++;
            (_late, _pause, _isTrying) = (0, TimeSpan.Zero, false);
            _lateHosts.Clear();
        }
    }

    /// <summary>A host has not answered in a time that was long enough.</summary>
    /// <param name="host">Its name.</param>
    /// <param name="hosts">How many there are to choose from.</param>
    /// <returns>For how long nobody is asked from now on; null when the circuit doesn't open now.</returns>
    public TimeSpan? Late(Ticket ticket, string host, int hosts)
    {
        lock (_lock)
        {
            // It was asked before the circuit opened or closed, and says nothing new.
            if (ticket.State != _state)
                return null;
            if (!ticket.IsTry)
            {
                _late++;
                if (_lateHosts.Count < MostHosts)
                    _lateHosts.Add(host);
                if (_late < LateToOpen || _lateHosts.Count < Math.Min(hosts, MostHosts))
                    return null;
            }

            _pause = !ticket.IsTry ? FirstPause : 2 * _pause < LongestPause ? 2 * _pause : LongestPause;
            (_late, _isTrying, _openedAt) = (0, false, time.GetTimestamp());
            _state++;
            _lateHosts.Clear();
            return _pause;
        }
    }

    /// <summary>
    /// The request has ended, whatever came of it. When it tried and neither an answer nor a full time limit came of that, as when its caller is gone, another one may try.
    /// </summary>
    public void Ended(Ticket ticket)
    {
        lock (_lock)
        {
            if (ticket.IsTry && ticket.State == _state)
                _isTrying = false;
        }
    }

    /// <param name="State">Of the circuit when the request was let through.</param>
    /// <param name="IsTry">Whether it is the one that tries.</param>
    internal readonly record struct Ticket(int State, bool IsTry);
}
