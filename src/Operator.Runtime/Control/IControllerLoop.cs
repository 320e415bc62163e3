namespace Rerank.Operator.Runtime.Control;

/// <summary>What the host knows of a controller, whatever its kind.</summary>
internal interface IControllerLoop
{
    string Name { get; }

    /// <summary>How long the oldest reconcile has been running.</summary>
    TimeSpan LongestRunning { get; }

    /// <summary>Works until cancelled; returns when the last worker is done.</summary>
    Task RunAsync(CancellationToken stopping);
}
