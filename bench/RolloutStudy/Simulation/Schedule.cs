namespace Rerank.RolloutStudy.Simulation;

/// <param name="Name">As in the tables.</param>
internal sealed record Step(string Name, int Seconds, int TrafficPermille, int MirrorPermille);

/// <summary>The steps of every simulated rollout. They end by the clock, so that all methods see the same traffic.</summary>
internal static class Schedule
{
    public static readonly Step[] Steps =
    [
        new("shadow", 300, 0, 100),
        new("5 %", 600, 50, 100),
        new("25 %", 600, 250, 100),
        new("50 %", 600, 500, 100),
    ];

    public static int Seconds => Steps.Sum(step => step.Seconds);
}
