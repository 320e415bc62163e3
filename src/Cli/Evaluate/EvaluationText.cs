using System.Globalization;
using System.Text;
using Rerank.Cli.Text;
using Rerank.Evaluation;

namespace Rerank.Cli.Evaluate;

/// <summary>An evaluation for people.</summary>
internal static class EvaluationText
{
    private const double Significant = 0.05;

    public static string Of(EvaluationOutcome outcome, Style style)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{outcome.All.Queries} queries");
        if (outcome.Run.Missing.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $", of which {outcome.Run.Missing.Count} have no results and count as not found");
        if (outcome.Run.Unjudged.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"; {outcome.Run.Unjudged.Count} more have no judgements and don't count");
        text.Append("\n\n");
        Part(outcome, outcome.All, style).WriteTo(text);
        foreach (var slice in outcome.Slices)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{slice.Name}: {slice.Queries} queries{(slice.IsTooFew ? $", too few to say much (below {PairedComparison.FewestQueries})" : "")}\n");
            Part(outcome, slice, style).WriteTo(text);
        }

        if (outcome.Gates.Count > 0)
        {
            text.Append('\n');
            var gates = new Table(style);
            foreach (var gate in outcome.Gates)
                gates.Row(new Cell(gate.Holds ? "holds" : "fails", gate.Holds ? Tint.Good : Tint.Bad), gate.Name, gate.Why);
            gates.WriteTo(text);
        }

        return text.ToString();
    }

    private static Table Part(EvaluationOutcome outcome, EvaluatedPart part, Style style)
    {
        var table = new Table(style);
        if (outcome.Baseline is null)
            table.Header("MEASURE", "VALUE");
        else
            table.Header("MEASURE", "VALUE", "DIFFERENCE", "95 % INTERVAL", "P");
        foreach (var measure in outcome.Run.Measures)
        {
            var value = measure.IsCount ? part.Mean[measure.Name].ToString("0", CultureInfo.InvariantCulture) : EvaluationOutcome.Text(part.Mean[measure.Name]);
            if (part.Comparisons.GetValueOrDefault(measure.Name) is not { } comparison)
                table.Row(measure.Name, value);
            else
                table.Row(measure.Name, value, new Cell(Signed(comparison.Difference), Of(comparison)), $"{Signed(comparison.Low)} to {Signed(comparison.High)}", EvaluationOutcome.Text(comparison.P));
        }

        return table;
    }

    private static Tint Of(PairedComparison comparison) =>
        comparison.IsTooFew || comparison.P >= Significant ? Tint.None : comparison.Difference > 0 ? Tint.Good : Tint.Bad;

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
}
