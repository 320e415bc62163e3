namespace Rerank.Router.Trials;

/// <summary>Lets one of a key's requests through, and the next when some seconds have passed. As <see cref="KeyCap"/> otherwise.</summary>
internal sealed class KeySpacing(int seconds)
{
    private int[]? _next;

    /// <summary>Whether it counts; always for a request without a key.</summary>
    public bool TryCount(ulong? key, long second)
    {
        if (key is not { } its)
            return true;

        ref var next = ref (_next ??= new int[KeyHash.Cells])[KeyHash.CellOf(its)];
        if (second < next)
            return false;
        next = (int)second + seconds;
        return true;
    }
}
