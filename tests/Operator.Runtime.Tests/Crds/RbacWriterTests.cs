using k8s.Models;
using Rerank.Operator.Runtime.Crds;
using Rerank.Operator.Runtime.Crds.Yaml;

namespace Rerank.Operator.Runtime.Tests.Crds;

public class RbacWriterTests
{
    [Fact]
    public void Collect_Declarations_AreMergedAndSorted()
    {
        var rules = RbacWriter.Collect(typeof(RbacWriterTests).Assembly);

        Assert.Equal(
            """
            - apiGroups:
              - ""
              resources:
              - configmaps
              - services
              verbs:
              - get
              - list
              - watch
              - patch
            - apiGroups:
              - example.com
              resources:
              - widgets
              verbs:
              - get
              - list
            - apiGroups:
              - example.com
              resources:
              - widgets/finalizers
              - widgets/status
              verbs:
              - patch

            """,
            YamlWriter.Write(RbacWriter.WriteRules(rules.Where(rule => !rule.OperatorNamespaceOnly))));
        Assert.Equal("leases", Assert.Single(rules, rule => rule.OperatorNamespaceOnly).Resource);
    }

    [Fact]
    public void WriteRole_OfKind_IsARoleOfThatKind()
    {
        var role = RbacWriter.WriteRole("Role", "name", []);

        Assert.Equal("""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"name"},"rules":[]}""", role.ToJsonString());
    }

    [EntityRbac(typeof(V1Service), typeof(V1ConfigMap), Verbs = RbacVerb.Get | RbacVerb.List | RbacVerb.Watch)]
    [EntityRbac(typeof(CrdWriterTests.Widget), Verbs = RbacVerb.Get)]
    [GenericRbac(Groups = ["example.com"], Resources = ["widgets/status", "widgets/finalizers"], Verbs = RbacVerb.Patch)]
    private sealed class One;

    [EntityRbac(typeof(V1ConfigMap), typeof(V1Service), Verbs = RbacVerb.Patch)]
    [EntityRbac(typeof(CrdWriterTests.Widget), Verbs = RbacVerb.List)]
    [GenericRbac(Groups = ["coordination.k8s.io"], Resources = ["leases"], Verbs = RbacVerb.Get, OperatorNamespaceOnly = true)]
    private sealed class Other;
}
