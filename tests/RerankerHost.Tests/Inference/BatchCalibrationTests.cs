using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Tests.Inference;

public class BatchCalibrationTests
{
    private static readonly int[] Budgets = [64, 128, 256, 512, 1024];

    [Fact]
    public void Sweep_LargerIsFasterUpToTheCache_TakesWhatFitsIt()
    {
        var found = BatchCalibration.Sweep(Budgets, 64, Run, TimeSpan.FromSeconds(10));

        Assert.Equal(256, found.TokenBudget);
        Assert.Equal(0.9e-4, found.SecondsPerToken, tolerance: 1e-9);

        static TimeSpan Run(int rows) => TimeSpan.FromSeconds(rows * 64 * rows switch { 1 => 1.2e-4, 2 => 1e-4, 4 => 0.9e-4, _ => 1.05e-4 });
    }

    [Fact]
    public void Sweep_AllTheSame_TakesTheSmallest()
    {
        Assert.Equal(64, BatchCalibration.Sweep(Budgets, 64, rows => TimeSpan.FromMilliseconds(rows), TimeSpan.FromSeconds(10)).TokenBudget);
    }

    [Fact]
    public void Sweep_DisturbedRuns_CountForNothing()
    {
        var run = 0;
        var found = BatchCalibration.Sweep(Budgets, 64, rows => TimeSpan.FromMilliseconds(rows * (run++ / 5 % 2 == 0 ? 50 : 1)), TimeSpan.FromSeconds(10));

        Assert.Equal(new BatchCalibration(64, 0.001 / 64), found);
    }

    [Fact]
    public void Sweep_SlowModel_StopsWhenPatienceIsUsedUp()
    {
        var runs = 0;
        var found = BatchCalibration.Sweep(
            Budgets,
            64,
            rows =>
            {
                runs++;
                return TimeSpan.FromSeconds(rows);
            },
            TimeSpan.FromSeconds(2));

        Assert.Equal((2, 64), (runs, found.TokenBudget));
    }
}
