using System.IO.Pipelines;
using System.Text;

namespace Rerank.Faults.Tests.Faults;

/// <summary>The lines of a watch, each an event, on their way from the server to the operator.</summary>
internal sealed class WatchStream
{
    private const string Gone =
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""";

    private readonly Stream _input;
    private readonly Func<WatchFault> _fault;
    private readonly Lock _lock = new();
    private readonly List<string> _waiting = [];

    // Without a limit, so that no write waits.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private bool _ended;

    public WatchStream(Stream input, Func<WatchFault> fault)
    {
        (_input, _fault) = (input, fault);
        Output = _pipe.Reader.AsStream();
    }

    public Stream Output { get; }

    public bool HasEnded
    {
        get
        {
            lock (_lock)
                return _ended;
        }
    }

    public void Start(CancellationToken cancellationToken) => _ = PumpAsync(cancellationToken);

    public void Release(bool newestFirst)
    {
        lock (_lock)
        {
            if (newestFirst)
                _waiting.Reverse();
            _waiting.ForEach(Write_NeedsLock);
            _waiting.Clear();
        }
    }

    public void Expire()
    {
        lock (_lock)
        {
            Write_NeedsLock(Gone);
            End_NeedsLock(null);
        }
    }

    public void Break()
    {
        lock (_lock)
            End_NeedsLock(new IOException("the connection was reset"));
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        Exception? end = null;
        try
        {
            using var reader = new StreamReader(_input);
            while (!HasEnded && await reader.ReadLineAsync(cancellationToken) is { } line)
                Take(line);
        }
        catch (Exception exception)
        {
            // Whatever ended it, the operator sees it as the end of its watch.
            end = exception;
        }

        lock (_lock)
            End_NeedsLock(end);
    }

    private void Take(string line)
    {
        lock (_lock)
        {
            switch (_fault())
            {
                case WatchFault.Hold:
                    _waiting.Add(line);
                    break;
                case WatchFault.None:
                    Write_NeedsLock(line);
                    break;
            }
        }
    }

    private void Write_NeedsLock(string line)
    {
        if (_ended)
            return;
        var bytes = Encoding.UTF8.GetBytes($"{line}\n");
        bytes.CopyTo(_pipe.Writer.GetMemory(bytes.Length));
        _pipe.Writer.Advance(bytes.Length);
        _ = _pipe.Writer.FlushAsync().AsTask();
    }

    private void End_NeedsLock(Exception? reason)
    {
        if (_ended)
            return;
        _ended = true;
        _pipe.Writer.Complete(reason);
    }
}
