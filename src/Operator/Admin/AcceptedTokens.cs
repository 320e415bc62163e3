using System.Collections.Concurrent;

namespace Rerank.Operator.Admin;

/// <summary>Which processes have taken the new one of two tokens. Only known while one is being replaced, so that it stays small.</summary>
internal sealed class AcceptedTokens
{
    private readonly ConcurrentDictionary<Uri, string> _accepted = [];

    public void Learn(Uri process, AdminToken shown, string accepted)
    {
        if (shown.Previous is not null)
            _accepted[Root(process)] = accepted;
    }

    public bool Has(Uri process, string token) => _accepted.TryGetValue(Root(process), out var accepted) && accepted == token;

    public void Forget(IEnumerable<Uri> processes)
    {
        foreach (var process in processes)
            _accepted.TryRemove(Root(process), out _);
    }

    private static Uri Root(Uri process) => new(process, "/");
}
