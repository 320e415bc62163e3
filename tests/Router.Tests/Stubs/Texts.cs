using System.Globalization;

namespace Rerank.Router.Tests.Stubs;

internal static class Texts
{
    /// <summary>A passage with its logits before each model.</summary>
    public static string Passage(int number, float small, float full) => string.Create(CultureInfo.InvariantCulture, $"passage {number} small={small} full={full}");

    public static float LogitOf(string passage, string host)
    {
        var field = passage.Split(' ').Single(word => word.StartsWith(host + "=", StringComparison.Ordinal));
        return float.Parse(field[(host.Length + 1)..], CultureInfo.InvariantCulture);
    }
}
