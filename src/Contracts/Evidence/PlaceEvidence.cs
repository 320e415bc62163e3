namespace Rerank.Contracts.Evidence;

/// <summary>
/// What one router saw of requests with a key since the weights are as they are, by the place of the key: the hash that assigns keys to arms is a randomised
/// experiment whose units are the places. Places below the candidate's weight are the candidate's, the others are stable's.
/// </summary>
/// <param name="Epoch">As <see cref="Routing.CandidateArm.Epoch"/>. Counts begin anew with each.</param>
/// <param name="TrafficPermille">How many places are the candidate's, from the first on.</param>
/// <param name="Shares">By name (<see cref="Evidence.Shares"/>); absent when no place had a trial.</param>
public sealed record PlaceEvidence(int Epoch, int TrafficPermille, IReadOnlyDictionary<string, PlaceCounts> Shares)
{
    /// <summary>Places that keys are hashed to.</summary>
    public const int Places = 1000;

    /// <summary>Most requests of one key within a minute that count; more of the same say little more, and one key must not decide.</summary>
    public const int MostOfOneKey = 60;
}

/// <summary>Trials and bad ones of every place, each <see cref="PlaceEvidence.Places"/> counts in <see cref="Pack">packed</see> form.</summary>
public sealed record PlaceCounts(byte[] Trials, byte[] Bad)
{
    /// <summary>Little-endian base-128, one number after the other, as in Protocol Buffers' varints; zeros at the end are left out.</summary>
    public static byte[] Pack(ReadOnlySpan<int> counts)
    {
        var bytes = new List<byte>(counts.Length);
        foreach (var count in counts.TrimEnd(0))
        {
            var left = (uint)Math.Max(0, count);
            for (; left >= 0x80; left >>= 7)
                bytes.Add((byte)(left | 0x80));
            bytes.Add((byte)left);
        }

        return [.. bytes];
    }

    /// <summary>The counts of all places. What is too long, or not as <see cref="Pack"/> writes it, is left out.</summary>
    public static int[] Unpack(ReadOnlySpan<byte> packed)
    {
        var counts = new int[PlaceEvidence.Places];
        for (int place = 0, at = 0; place < counts.Length && at < packed.Length; place++)
        {
            ulong count = 0;
            for (var shift = 0; at < packed.Length && shift < 35; shift += 7)
            {
                var part = packed[at++];
                count |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                    break;
            }

            counts[place] = (int)Math.Min(count, int.MaxValue);
        }

        return counts;
    }
}
