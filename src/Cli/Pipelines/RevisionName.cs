namespace Rerank.Cli.Pipelines;

/// <summary>Revisions are ten digits; the first few do when they say which one is meant.</summary>
internal static class RevisionName
{
    /// <exception cref="CommandFailure">None of the revisions is meant, or more than one.</exception>
    public static string Resolve(string given, string pipeline, IEnumerable<string> known)
    {
        var all = known.Distinct().ToList();
        if (all.Contains(given))
            return given;

        var meant = all.Where(revision => revision.StartsWith(given, StringComparison.Ordinal)).ToList();
        return meant switch
        {
            [var one] => one,
            [] => throw new CommandFailure(
                $"pipeline \"{pipeline}\" has no revision \"{given}\": `kubectl rerank history {pipeline}` lists what it has"),
            _ => throw new CommandFailure($"\"{given}\" may be {string.Join(" or ", meant)}: give more digits"),
        };
    }

    /// <summary>Every revision that the pipeline still knows of.</summary>
    public static IEnumerable<string> KnownOf(Pipeline pipeline, IEnumerable<StoredRevision> stored)
    {
        var status = pipeline.Status;
        string?[] named = [status.Candidate?.Revision, status.Stable?.Revision, status.Analysis?.Revision];
        return named.OfType<string>()
            .Concat(status.Rejected.Select(rejected => rejected.Revision))
            .Concat(stored.Select(revision => revision.Name))
            .Distinct();
    }
}
