namespace Rerank.Operator.Admin;

/// <summary>How long many processes are waited for that were asked at once: nobody's silence may hold up what all others have said.</summary>
internal static class Look
{
    // Of the longest time, after the first answer.
    private const double Share = 0.3;

    /// <summary>Ends when all are done, or when those that aren't have had their time. Then those that are done are taken.</summary>
    /// <param name="longest">For the first answer, and for all together.</param>
    public static async Task WaitAsync(IReadOnlyCollection<Task> asked, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        if (asked.Count == 0)
            return;
        var all = Task.WhenAll(asked);
        var began = time.GetTimestamp();
        try
        {
            if (!all.IsCompleted)
                await Task.WhenAny(asked).WaitAsync(longest, time, cancellationToken);
            var left = longest - time.GetElapsedTime(began);
            var more = longest * Share;
            await all.WaitAsync(left < TimeSpan.Zero ? TimeSpan.Zero : left < more ? left : more, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What comes later is there for the next look.
        }
    }
}
