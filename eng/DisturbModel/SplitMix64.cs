namespace Rerank.DisturbModel;

/// <summary>
/// Random numbers that are the same on every machine and with every version of .NET. Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014; the constants are those of Java's SplittableRandom.
/// </summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>At least -1, less than 1, and exact as a binary fraction.</summary>
    public double NextSigned() => ((long)Next() >> 11) / (double)(1L << 52);

    /// <summary>At least 0, less than <paramref name="bound"/>; uneven by far less than anybody could notice.</summary>
    public int Next(int bound) => (int)(Next() % (ulong)bound);
}
