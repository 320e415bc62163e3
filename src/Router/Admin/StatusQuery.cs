using System.Globalization;
using Rerank.Contracts.Admin;

namespace Rerank.Router.Admin;

/// <summary>What a request for the status asks for beyond it.</summary>
/// <param name="Version">That the asker has; null when any will do.</param>
/// <param name="Wait">How long the answer may wait for another one.</param>
/// <param name="AfterStratum">Number of the last stratum that the asker has read.</param>
internal readonly record struct StatusQuery(long? Version, TimeSpan Wait, long AfterStratum)
{
    /// <returns>Null, with what is wrong, when a value isn't allowed.</returns>
    public static StatusQuery? Read(IQueryCollection query, out string? error)
    {
        error = Number(query, AdminProtocol.VersionQuery, long.MaxValue, out var version);
        long? wait = null;
        error ??= Number(query, AdminProtocol.WaitQuery, AdminProtocol.MaxWaitMilliseconds, out wait);
        long? stratum = null;
        error ??= Number(query, AdminProtocol.AfterStratumQuery, long.MaxValue, out stratum);
        error ??= wait > 0 && version is null ? $"{AdminProtocol.WaitQuery} needs {AdminProtocol.VersionQuery}: the version that the asker has, a whole number from 0" : null;
        return error is null ? new StatusQuery(version, TimeSpan.FromMilliseconds(wait ?? 0), stratum ?? 0) : null;
    }

    private static string? Number(IQueryCollection query, string name, long most, out long? value)
    {
        value = null;
        if (!query.TryGetValue(name, out var texts))
            return null;
        if (texts is not [var text] || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > most)
            return $"{name} must be one whole number from 0 to {most}";
        value = number;
        return null;
    }
}
