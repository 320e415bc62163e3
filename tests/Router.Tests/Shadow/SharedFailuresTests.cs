using Rerank.Router.Shadow;

namespace Rerank.Router.Tests.Shadow;

public sealed class SharedFailuresTests
{
    /// <summary>Ten answers of stable and two comparisons a second.</summary>
    [Theory]
    [InlineData(0.2, 0.2, 0, 0.02)]
    [InlineData(0.5, 0.5, 0, 0.02)]
    [InlineData(0.005, 0.15, 0.12, 0.16)]
    [InlineData(0.0, 0.15, 0.13, 0.17)]
    [InlineData(0.1, 0.5, 0.25, 0.35)]
    public void TryExcuse_ShareOfStable_LeavesWhatIsBeyond(double stable, double candidate, double least, double most)
    {
        const int Comparisons = 4000;
        var (random, shared, counted) = (new Random(1), new SharedFailures(), 0);
        for (var i = 0; i < Comparisons; i++)
        {
            var now = TimeSpan.FromSeconds(i / 2.0);
            for (var answer = 0; answer < 5; answer++)
                shared.StableAnswered(random.NextDouble() < stable, now);
            shared.Tried(now);
            if (random.NextDouble() < candidate && !shared.TryExcuse())
                counted++;
        }

        Assert.InRange(counted / (double)Comparisons, least, most);
    }

    [Fact]
    public void TryExcuse_IncidentIsOver_ExcusesNothingAnyMore()
    {
        var shared = new SharedFailures();
        for (var i = 0; i < 200; i++)
        {
            shared.StableAnswered(failed: true, TimeSpan.FromSeconds(i));
            shared.Tried(TimeSpan.FromSeconds(i));
        }

        var excused = 0;
        for (var i = 0; i < 200; i++)
        {
            var now = TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(i);
            shared.StableAnswered(failed: false, now);
            shared.Tried(now);
            excused += shared.TryExcuse() ? 1 : 0;
        }

        Assert.InRange(excused, 0, 11);
    }

    [Fact]
    public void TryExcuse_NothingKnownOfStable_ExcusesNothing()
    {
        var shared = new SharedFailures();
        shared.Tried(TimeSpan.Zero);

        Assert.False(shared.TryExcuse());
    }
}
