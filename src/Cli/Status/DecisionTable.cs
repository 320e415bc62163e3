using Rerank.Cli.Pipelines;
using Rerank.Cli.Text;

namespace Rerank.Cli.Status;

internal static class DecisionTable
{
    public static Table Of(IEnumerable<Decision> decisions, DateTimeOffset now, Style style)
    {
        var table = new Table(style);
        foreach (var decision in decisions)
            table.Row(Age.Since(decision.Time, now), decision.What, decision.Reason == decision.What ? "" : decision.Reason, decision.Message);
        return table;
    }
}
