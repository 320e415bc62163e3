using Rerank.Operator.Api;

namespace Rerank.Operator.Local;

/// <summary>Tells the person at the terminal what runs, where, and what changed.</summary>
internal sealed class LocalConsole(TextWriter output)
{
    private readonly Lock _lock = new();

    public void Starting(LocalOptions options) =>
        Write($"Rerank Operator, local mode: objects from {options.Directory}, logs below {options.StateDirectory}. Ctrl-C ends it.");

    public void ApiServerOpened(string kubeconfig) => Write($"  kubectl and kubectl rerank find it with: export KUBECONFIG={kubeconfig}");

    public void PodStarted(LocalPod pod)
    {
        foreach (var container in pod.Containers)
        {
            Write($"  started {pod.Key.Name}/{container.Name} at {container.Address}, log {pod.LogOf(container.Name)}");
        }
    }

    public void PodStopped(LocalPod pod) => Write($"  stopped {pod.Key.Name}");

    public void ServiceOpened(string name, int port) => Write($"  service {name} at http://127.0.0.1:{port}");

    public void ObjectApplied(string kind, string name) => Write($"  {kind} {name} configured");

    public void ObjectDeleted(string kind, string name) => Write($"  {kind} {name} deleted");

    public void InvalidManifest(string file, string error) => Write($"  {file}: {error}");

    public void ConditionsChanged(string kind, string name, IEnumerable<Condition> conditions) =>
        Write($"  {kind} {name}: {string.Join(", ", conditions.Select(Describe))}");

    public void Available(string name, int port) => Write(
        $$"""

          {{name}} answers. Try:

              curl -s http://127.0.0.1:{{port}}/v2/rerank -d '{"model": "{{name}}", "query": "what is the capital of germany",
                "documents": ["Paris is the capital of France.", "Berlin is the capital of Germany.", "The Rhine flows through Germany."]}'

        """);

    private static string Describe(Condition condition) => condition.Message.Length == 0
        ? $"{condition.Type}={condition.Status} ({condition.Reason})"
        : $"{condition.Type}={condition.Status} ({condition.Reason}: {condition.Message})";

    private void Write(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
        }
    }
}
