using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;

namespace Rerank.RerankerHost.Tests.Tokenization;

/// <summary>What the calling thread rents of the shared pools of arrays.</summary>
internal sealed class PoolListener : EventListener
{
    private const int Rented = 1;
    private const int Returned = 3;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Dictionary<(int Buffer, int Length), int> _out = [];

    /// <summary>Elements of the largest array.</summary>
    public int Largest { get; private set; }

    /// <summary>Elements of all arrays that were out at once, at most.</summary>
    public long Most { get; private set; }

    private long Now { get; set; }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // Events of the base class' constructor come before this one's fields are there.
        if (_out is null || Environment.CurrentManagedThreadId != _thread || eventData.EventId is not (Rented or Returned))
            return;
        var (buffer, length) = ((int)eventData.Payload![0]!, (int)eventData.Payload[1]!);
        var before = _out.GetValueOrDefault((buffer, length));
        if (eventData.EventId == Rented)
        {
            _out[(buffer, length)] = before + 1;
            Now += length;
            (Largest, Most) = (Math.Max(Largest, length), Math.Max(Most, Now));
        }
        else if (before > 0)
        {
            _out[(buffer, length)] = before - 1;
            Now -= length;
        }
    }
}
