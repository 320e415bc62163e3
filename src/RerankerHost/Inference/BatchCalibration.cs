namespace Rerank.RerankerHost.Inference;

/// <summary>How large batches should be on this machine, found by trying.</summary>
/// <param name="TokenBudget">Tokens of a batch.</param>
/// <param name="SecondsPerToken">Of one worker with such batches.</param>
internal sealed record BatchCalibration(int TokenBudget, double SecondsPerToken)
{
    // Smaller batches are preferred unless larger ones give more than this: a running batch can't be interrupted.
    private const double WorthIt = 1.03;

    // Larger ones only get worse from there, once activations have left the core's cache.
    private const double Hopeless = 0.9;

    private const int Tries = 3;

    /// <param name="budgets">Rising.</param>
    /// <param name="columns">Tokens of a pair.</param>
    /// <param name="run">Runs so many pairs of that length together, and gives the time that it took.</param>
    /// <param name="patience">No further budget is tried when this is used up.</param>
    public static BatchCalibration Sweep(ReadOnlySpan<int> budgets, int columns, Func<int, TimeSpan> run, TimeSpan patience)
    {
        BatchCalibration? best = null;
        var fastest = double.MaxValue;
        var spent = TimeSpan.Zero;
        foreach (var budget in budgets)
        {
            var rows = Math.Max(1, budget / columns);
            var secondsPerToken = Best(rows, run, ref spent).TotalSeconds / (rows * columns);
            fastest = Math.Min(fastest, secondsPerToken);
            if (best is null || best.SecondsPerToken > secondsPerToken * WorthIt)
                best = new BatchCalibration(budget, secondsPerToken);
            if (secondsPerToken * Hopeless > fastest || spent > patience)
                break;
        }

        return best ?? throw new ArgumentException("no budgets", nameof(budgets));
    }

    // The shortest: whatever else runs on the machine only makes it longer.
    private static TimeSpan Best(int rows, Func<int, TimeSpan> run, ref TimeSpan spent)
    {
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < Tries; i++)
        {
            var time = run(rows);
            spent += time;
            shortest = time < shortest ? time : shortest;
        }

        return shortest;
    }
}
