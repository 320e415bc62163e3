namespace Rerank.Operator.Tests.World;

/// <summary>Ends the operator after its nth write, once.</summary>
internal sealed class CrashPoint
{
    private int _left = int.MaxValue;

    public int Writes { get; private set; }

    public void After(int writes) => _left = writes;

    public void Wrote()
    {
        Writes++;
        if (--_left == 0)
            throw new CrashException();
    }
}

internal sealed class CrashException : Exception;
