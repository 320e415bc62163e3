using k8s;
using Microsoft.Extensions.Options;
using Prometheus;
using Rerank.Operator.Runtime.Client;
using Rerank.Operator.Runtime.Crds;

namespace Rerank.Operator.Runtime.Leadership;

/// <summary>The lease {operator}-leader, on a connection of its own: watches must not hold up a renewal, nor one hung call use up the deadline.</summary>
[GenericRbac(Groups = ["coordination.k8s.io"], Resources = ["leases"], Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Update, OperatorNamespaceOnly = true)]
internal sealed class LeaseLockFactory(Func<KubernetesClientConfiguration> configuration, CollectorRegistry registry, IOptions<RuntimeOptions> options)
    : ILeaseLockFactory
{
    public LeaseHandle Open(string identity)
    {
        var settings = options.Value.LeaderElection;
        var config = configuration();
        config.HttpClientTimeout = settings.RenewDeadline / 2;
        var ns = settings.Namespace ?? config.Namespace ?? "default";

        var client = new Kubernetes(config, new RequestMetrics(registry));
        return new LeaseHandle(new LabelledLeaseLock(client, ns, $"{options.Value.Name}-leader", identity, settings.Labels), client);
    }
}
