
namespace Rerank.Operator.Names;

/// <summary>Labels and annotations of what the operator makes.</summary>
internal static class Labels
{
    public const string Pipeline = "rerank.dev/pipeline";
    public const string Role = "rerank.dev/role";
    public const string Revision = "rerank.dev/revision";

    /// <summary>On ControllerRevisions: where the revision is on its way, and how it got there, as JSON.</summary>
    public const string State = "rerank.dev/state";

    /// <summary>On pods: hash of the template that they were made from.</summary>
    public const string TemplateHash = "rerank.dev/template-hash";

    /// <summary>On Secrets, with the value <c>true</c>: ModelVersions of the namespace may use them.</summary>
    public const string SourceCredentials = "rerank.dev/source-credentials";

    /// <summary>On such Secrets: the origins to which they may be sent, <c>https://HOST[:PORT]</c>, separated by commas.</summary>
    public const string SourceEndpoint = "rerank.dev/endpoint";

    /// <summary>On a pipeline: asks for another admin token when its value changes.</summary>
    public const string RotateAdminToken = "rerank.dev/rotate-admin-token";

    /// <summary>On the Secret with the admin token: for which of these it was made, and when.</summary>
    public const string RotatedFor = "rerank.dev/rotated-for";
    public const string RotatedAt = "rerank.dev/rotated-at";

    public const string Name = "app.kubernetes.io/name";
    public const string Instance = "app.kubernetes.io/instance";
    public const string Component = "app.kubernetes.io/component";
    public const string ManagedBy = "app.kubernetes.io/managed-by";

    public const string RouterName = "rerank-router";
    public const string HostName = "reranker-host";
    public const string OperatorName = "rerank-operator";

    /// <summary>Component of router pods. No tier may have this name.</summary>
    public const string RouterComponent = "router";

    /// <summary>Labels of everything that belongs to the pipeline as a whole.</summary>
    public static Dictionary<string, string> Of(PipelineNames names) => new()
    {
        [Instance] = names.LabelValue,
        [ManagedBy] = OperatorName,
        [Pipeline] = names.LabelValue,
    };

    public static Dictionary<string, string> Of(PipelineNames names, string component)
    {
        var labels = Of(names);
        labels[Name] = component == RouterComponent ? RouterName : HostName;
        labels[Component] = component;
        return labels;
    }

    /// <summary>Selects the pods of one component; never changes, because a Deployment's selector can't.</summary>
    public static Dictionary<string, string> Selector(PipelineNames names, string component) => new()
    {
        [Pipeline] = names.LabelValue,
        [Component] = component,
    };
}
