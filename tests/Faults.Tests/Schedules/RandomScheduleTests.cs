using System.Collections.Concurrent;
using System.Globalization;
using Rerank.Faults.Tests.World;

namespace Rerank.Faults.Tests.Schedules;

/// <summary>
/// Random specs, random faults, random trouble with nodes and models. Then faults stop, and what was asked for last comes to be and stays. FAULT_SCHEDULES says how
/// many, FAULT_SEED with which number the first one begins; a failure names its own.
/// </summary>
public sealed class RandomScheduleTests(ControlPlane server)
{
    private const int InMemory = 400;
    private const int OnServer = 30;
    private const int FirstSeed = 1;

    // Failures, to see what they have in common.
    private const int Enough = 5;

    [Fact]
    [Trait("Fault", "T72")]
    [Trait("Fault", "T34")]
    public Task InMemory_EndsAsAskedForAndStays() =>
        RunAsync(Setting("FAULT_SCHEDULES", InMemory), Environment.ProcessorCount, () => FaultWorld.OnAsync(server, isReal: false));

    [Fact]
    [Trait("Fault", "T72")]
    public Task OnAServer_EndsAsAskedForAndStays()
    {
        server.Fixture.Require();
        return RunAsync(OnServer, atOnce: 2, () => FaultWorld.OnAsync(server, isReal: true));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1758)]
    public async Task InMemory_SameSeed_TakesTheSameCourse(int seed)
    {
        var first = await CourseAsync(seed);
        var second = await CourseAsync(seed);

        Assert.NotEmpty(first);
        Assert.Equal(first, second);
    }

    private static async Task<IReadOnlyList<string>> CourseAsync(int seed)
    {
        using var world = FaultWorld.InMemory();
        await new RandomSchedule(seed, world, () => Task.FromResult(FaultWorld.InMemory())).RunAsync();
        return [.. world.Journal.Entries.Select(e => e.ToString())];
    }

    private static async Task RunAsync(int schedules, int atOnce, Func<Task<FaultWorld>> newWorld)
    {
        var first = Setting("FAULT_SEED", FirstSeed);
        TestContext.Current.SendDiagnosticMessage("seeds {0} to {1}", first, first + schedules - 1);
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForAsync(first, first + schedules, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (seed, _) =>
        {
            if (failures.Count >= Enough)
                return;
            using var world = await newWorld();
            try
            {
                await new RandomSchedule(seed, world, newWorld).RunAsync();
            }
            catch (Exception exception)
            {
                failures.Enqueue($"FAULT_SEED={seed} FAULT_SCHEDULES=1: {exception}\n{await world.DescribeAsync()}");
            }
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
