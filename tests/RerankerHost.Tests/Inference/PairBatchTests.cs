using Rerank.RerankerHost.Inference;

namespace Rerank.RerankerHost.Tests.Inference;

public class PairBatchTests
{
    [Fact]
    public void Cut_SortedLengths_OnlyEqualOnesTogetherAndWithinBudget()
    {
        var batches = PairBatch.Cut([300, 100, 100, 100, 50, 7], tokenBudget: 256);

        Assert.Equal(
            [new PairBatch(0, 1, 300, 0), new PairBatch(1, 2, 100, 300), new PairBatch(3, 1, 100, 500), new PairBatch(4, 1, 50, 600), new PairBatch(5, 1, 7, 650)],
            batches);
    }

    [Fact]
    public void Cut_BudgetOfOne_OnePairEach()
    {
        Assert.All(PairBatch.Cut([9, 9, 9], tokenBudget: 1), batch => Assert.Equal(1, batch.Pairs));
    }

    [Fact]
    public void Cut_Nothing_NoBatches()
    {
        Assert.Empty(PairBatch.Cut([], tokenBudget: 256));
    }
}
