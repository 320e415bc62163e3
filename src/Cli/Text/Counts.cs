using System.Globalization;

namespace Rerank.Cli.Text;

internal static class Counts
{
    /// <summary>Thousandths as per cent: 50 is <c>5 %</c>, 5 is <c>0.5 %</c>.</summary>
    public static string Share(int permille) => (permille / 10.0).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary>Effective keys, of which there may be parts.</summary>
    public static string Effective(double keys) => keys.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>With thin gaps between thousands.</summary>
    public static string Of(long count) => count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');
}
