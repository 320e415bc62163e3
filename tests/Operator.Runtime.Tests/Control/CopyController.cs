using k8s.Models;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Control;
using Rerank.TestKit.Contract;

namespace Rerank.Operator.Runtime.Tests.Control;

/// <summary>Keeps, for every Widget, a ConfigMap with its size and with what the ConfigMap "shared" says.</summary>
internal sealed class CopyController(IResourceClient client, IResourceCache<V1ConfigMap> maps) : IEntityController<Widget>
{
    public const string Label = "example.com/part-of";

    public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
    {
        var shared = maps.Get(new ObjectKey(entity.Metadata.NamespaceProperty, "shared"));
        await client.ApplyAsync(
            new V1ConfigMap
            {
                Metadata = new V1ObjectMeta
                {
                    Name = $"{entity.Metadata.Name}-copy",
                    NamespaceProperty = entity.Metadata.NamespaceProperty,
                    Labels = new Dictionary<string, string> { [Label] = "test" },
                    OwnerReferences =
                    [
                        new V1OwnerReference
                        {
                            ApiVersion = entity.ApiVersion,
                            Kind = entity.Kind,
                            Name = entity.Metadata.Name,
                            Uid = entity.Metadata.Uid,
                            Controller = true,
                        },
                    ],
                },
                Data = new Dictionary<string, string>
                {
                    ["size"] = $"{entity.Spec?.Size}",
                    ["shared"] = shared?.Data["text"] ?? "",
                },
            },
            cancellationToken);
        return ReconciliationResult<Widget>.Success(entity);
    }

    public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken) =>
        Task.FromResult(ReconciliationResult<Widget>.Success(entity));
}

/// <summary>A widget may not go while the ConfigMap "keep" is there.</summary>
internal sealed class KeepFinalizer(IResourceCache<V1ConfigMap> maps) : IEntityFinalizer<Widget>
{
    public const string Id = "example.com/keep";

    public Task<ReconciliationResult<Widget>> FinalizeAsync(Widget entity, CancellationToken cancellationToken) => Task.FromResult(
        maps.Get(new ObjectKey(entity.Metadata.NamespaceProperty, "keep")) is null
            ? ReconciliationResult<Widget>.Success(entity)
            : ReconciliationResult<Widget>.Failure(entity, "is to be kept"));
}
