using Rerank.RerankerHost.Health;
using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Models;

/// <summary>A model in memory and the number of its users, of which the host itself is one. After the last has left it is unloaded.</summary>
internal sealed class LoadedModel(ActivatedModel model, Unloading unloading)
{
    private int _users = 1;

    public ICrossEncoder Encoder => model.Encoder;

    public RunWatch Runs => model.Runs;

    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }

        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            unloading.Add(model);
    }
}
