using System.Diagnostics;

namespace Rerank.Operator.Runtime.Control;

internal static class ReconcileActivity
{
    public const string SourceName = "Rerank.Operator.Runtime";

    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? Start(string controller, ObjectKey key)
    {
        var activity = Source.StartActivity("reconcile");
        activity?.SetTag("controller", controller);
        activity?.SetTag("k8s.namespace.name", key.Namespace);
        activity?.SetTag("k8s.object.name", key.Name);
        return activity;
    }
}
