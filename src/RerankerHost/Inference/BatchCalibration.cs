namespace Rerank.RerankerHost.Inference;

/// <summary>How large batches should be on this machine, found by trying.</summary>
/// <param name="TokenBudget">Tokens of a batch.</param>
/// <param name="SecondsPerToken">Of one worker with such batches.</param>
internal sealed record BatchCalibration(int TokenBudget, double SecondsPerToken)
{
    // Smaller batches are preferred unless larger ones give more than this: a running batch can't be interrupted.
    private const double WorthIt = 1.03;

    private const int Rounds = 4;

    /// <param name="budgets">Rising.</param>
    /// <param name="columns">Tokens of a pair.</param>
    /// <param name="run">Runs so many pairs of that length together, and gives the time that it took.</param>
    /// <param name="patience">Nothing further is tried when this is used up.</param>
    public static BatchCalibration Sweep(ReadOnlySpan<int> budgets, int columns, Func<int, TimeSpan> run, TimeSpan patience)
    {
        // The shortest time of each counts: whatever else runs on the machine only makes it longer. Round by round rather than budget by
        // budget, since a disturbance lasts for longer than a run.
        Span<double> secondsPerToken = stackalloc double[budgets.Length];
        secondsPerToken.Fill(double.PositiveInfinity);
        var spent = TimeSpan.Zero;
        for (var round = 0; round < Rounds && spent <= patience; round++)
        {
            for (var i = 0; i < budgets.Length && spent <= patience; i++)
            {
                var rows = Math.Max(1, budgets[i] / columns);
                var time = run(rows);
                spent += time;
                secondsPerToken[i] = Math.Min(secondsPerToken[i], time.TotalSeconds / (rows * columns));
            }
        }

        return Smallest(budgets, secondsPerToken);
    }

    private static BatchCalibration Smallest(ReadOnlySpan<int> budgets, ReadOnlySpan<double> secondsPerToken)
    {
        var best = 0;
        for (var i = 1; i < budgets.Length; i++)
        {
            if (secondsPerToken[i] * WorthIt < secondsPerToken[best])
                best = i;
        }

        return new BatchCalibration(budgets[best], secondsPerToken[best]);
    }
}
