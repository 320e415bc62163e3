using Rerank.Serving.Load;

namespace Rerank.Serving.Report;

/// <summary>A Markdown table of medians over rounds, in pairs of the mean length; ratios are taken within a round, where noise is common to both.</summary>
internal sealed class Table(string title)
{
    private readonly Dictionary<string, List<double>> _values = [];

    public void Add(string contender, double tokensPerSecond)
    {
        if (!_values.TryGetValue(contender, out var values))
            _values[contender] = values = [];
        values.Add(tokensPerSecond / Workload.MeanTokens);
    }

    public double Ratio(string contender, string reference) => Median([.. _values[contender].Zip(_values[reference], (a, b) => a / b)]);

    public void Print(string reference)
    {
        Console.WriteLine($"\n### {title}\n");
        Console.WriteLine("| contender | pairs/s, median | lowest to highest | ratio to the ceiling |\n|---|---:|---:|---:|");
        foreach (var (name, values) in _values)
            Console.WriteLine(FormattableString.Invariant($"| {name} | {Median(values):0.#} | {values.Min():0.#} to {values.Max():0.#} | {Ratio(name, reference):0.00} |"));
    }

    public static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
