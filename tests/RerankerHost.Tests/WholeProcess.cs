namespace Rerank.RerankerHost.Tests;

/// <summary>Tests that measure the process, its memory for one: they run when all others have ended, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "Whole process";
}
