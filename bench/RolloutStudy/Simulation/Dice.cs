namespace Rerank.RolloutStudy.Simulation;

/// <summary>SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014): fast, and the same numbers everywhere.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed * 0xD1342543DE82EF95;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public bool Hits(double chance) => (Next() >> 11) * (1.0 / (1L << 53)) < chance;
}
