using System.Net;
using k8s.Autorest;

namespace Rerank.Operator.Tests.World;

/// <summary>Ends the operator after its nth write, once; or has the API server refuse what it writes.</summary>
internal sealed class CrashPoint
{
    private int _left = int.MaxValue;

    public int Writes { get; private set; }

    /// <summary>Kinds that the operator may not write.</summary>
    public HashSet<Type> Forbidden { get; } = [];

    public void After(int writes) => _left = writes;

    public void BeforeWriting(Type kind)
    {
        if (Forbidden.Contains(kind))
            throw new HttpOperationException($"no {kind.Name}") { Response = new(new HttpResponseMessage(HttpStatusCode.Forbidden), "{}") };
    }

    public void Wrote()
    {
        Writes++;
        if (--_left == 0)
            throw new CrashException();
    }
}

internal sealed class CrashException : Exception;
