using System.Diagnostics;

namespace Rerank.RouterBench.Load;

/// <summary>Threads with a connection each.</summary>
internal static class Clients
{
    /// <summary>Each sends one request after the other.</summary>
    public static ClientResult Closed(int port, IReadOnlyList<byte[]> requests, int connections, TimeSpan duration) =>
        Run(port, requests, connections, duration, perSecond: null);

    /// <summary>Requests begin at a steady rate. One that has to wait for a connection has waited for the server, which counts.</summary>
    public static ClientResult Steady(int port, IReadOnlyList<byte[]> requests, int connections, TimeSpan duration, double perSecond) =>
        Run(port, requests, connections, duration, perSecond);

    private static ClientResult Run(int port, IReadOnlyList<byte[]> requests, int connections, TimeSpan duration, double? perSecond)
    {
        var next = -1;
        using var never = new ManualResetEvent(initialState: false);
        var results = new List<Answer>[connections];
        var started = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, connections).Select(client => new Thread(() => results[client] = Client())).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return new ClientResult([.. results.SelectMany(of => of)], Stopwatch.GetElapsedTime(started));

        List<Answer> Client()
        {
            using var connection = new HttpConnection(port);
            var answers = new List<Answer>();
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                var due = perSecond is { } rate ? TimeSpan.FromSeconds(number / rate) : TimeSpan.Zero;
                var begun = Stopwatch.GetElapsedTime(started);
                if ((perSecond is null ? begun : due) >= duration)
                    return answers;
                if (due > begun)
                {
                    never.WaitOne(due - begun);
                    begun = Stopwatch.GetElapsedTime(started);
                }
                else if (perSecond is not null)
                {
                    begun = due;
                }

                var status = connection.Send(requests[number % requests.Count]);
                answers.Add(new Answer(status, Stopwatch.GetElapsedTime(started) - begun));
            }
        }
    }
}

internal readonly record struct Answer(int Status, TimeSpan Took);

internal sealed record ClientResult(IReadOnlyList<Answer> Answers, TimeSpan Duration)
{
    public double PerSecond => Answers.Count / Duration.TotalSeconds;

    public int Failed => Answers.Count(answer => answer.Status != 200);

    /// <summary>Answers a second that were right and came in time.</summary>
    public double Good(TimeSpan within) => Answers.Count(answer => answer.Status == 200 && answer.Took <= within) / Duration.TotalSeconds;

    /// <summary>In milliseconds.</summary>
    public double Percentile(double share)
    {
        var sorted = Answers.Select(answer => answer.Took.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Round(share * (sorted.Length - 1))];
    }
}
