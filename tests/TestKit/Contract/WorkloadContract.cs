using k8s.Models;
using Xunit;

namespace Rerank.TestKit.Contract;

/// <summary>Apply of the kinds with deep structures.</summary>
public abstract class WorkloadContract(IContractServer server) : ClientContract(server)
{
    [Fact]
    public async Task Apply_DeploymentTwice_KeepsTheSpecification()
    {
        var first = await Client.ApplyAsync(Deployment(), Cancel);

        var second = await Client.ApplyAsync(Deployment(), Cancel);

        Assert.Equal(first.Metadata.Generation, second.Metadata.Generation);
        Assert.Equal(1, second.Metadata.Generation);
        Assert.Equal("1Gi", Container(second, "main").Resources.Limits["memory"].ToString());
        Assert.Equal(new ResourceQuantity("500m"), Container(second, "main").Resources.Requests["cpu"]);
    }

    [Fact]
    public async Task Apply_ChangeInOneContainer_ChangesOnlyThat()
    {
        var first = await Client.ApplyAsync(Deployment(), Cancel);
        var desired = Deployment();
        Container(desired, "main").Image = "example.com/main:2";

        var applied = await Client.ApplyAsync(desired, Cancel);

        Assert.Equal(first.Metadata.Generation + 1, applied.Metadata.Generation);
        Assert.Equal(["main", "side"], applied.Spec.Template.Spec.Containers.Select(container => container.Name));
        Assert.Equal("example.com/main:2", Container(applied, "main").Image);
        Assert.Equal("example.com/side:1", Container(applied, "side").Image);
    }

    [Fact]
    public async Task Apply_ItemsLeftOut_AreRemoved()
    {
        await Client.ApplyAsync(Deployment(), Cancel);
        var desired = Deployment();
        desired.Spec.Template.Spec.Containers.RemoveAt(1);
        Container(desired, "main").Env.RemoveAt(0);
        Container(desired, "main").Ports.RemoveAt(1);
        Container(desired, "main").VolumeMounts = null;
        desired.Spec.Template.Spec.Volumes = null;

        var applied = await Client.ApplyAsync(desired, Cancel);

        var main = Assert.Single(applied.Spec.Template.Spec.Containers);
        Assert.Equal(["B"], main.Env.Select(variable => variable.Name));
        Assert.Equal([8080], main.Ports.Select(port => port.ContainerPort));
        Assert.Empty(main.VolumeMounts ?? []);
        Assert.Empty(applied.Spec.Template.Spec.Volumes ?? []);
    }

    [Fact]
    public async Task Apply_ItemsOfOthers_AreKept()
    {
        await Client.ApplyAsync(Deployment(), Cancel);
        var theirs = new V1Deployment
        {
            Metadata = Meta("web"),
            Spec = new()
            {
                Selector = Deployment().Spec.Selector,
                Template = new()
                {
                    Metadata = new() { Annotations = new Dictionary<string, string> { ["theirs"] = "1" } },
                    Spec = new() { Containers = [new() { Name = "main", Env = [new() { Name = "THEIRS", Value = "1" }] }] },
                },
            },
        };
        await Other.ApplyAsync(theirs, Cancel);
        var desired = Deployment();
        Container(desired, "main").Env.RemoveAt(0);

        var applied = await Client.ApplyAsync(desired, Cancel);

        Assert.Equal(["B", "THEIRS"], Container(applied, "main").Env.Select(variable => variable.Name).Order());
        Assert.Equal("1", applied.Spec.Template.Metadata.Annotations["theirs"]);
        Assert.Equal("example.com/main:1", Container(applied, "main").Image);
    }

    [Fact]
    public async Task Apply_PlainLists_AreReplaced()
    {
        await Client.ApplyAsync(Deployment(), Cancel);
        var desired = Deployment();
        Container(desired, "main").Args = ["three"];

        var applied = await Client.ApplyAsync(desired, Cancel);

        Assert.Equal(["three"], Container(applied, "main").Args);
    }

    [Fact]
    public async Task Apply_ScaleGivenUp_GoesToTheOneWhoSetsIt()
    {
        await Client.ApplyAsync(Deployment(), Cancel);
        var theirs = new V1Deployment
        {
            Metadata = Meta("web"),
            Spec = new() { Replicas = 0, Selector = Deployment().Spec.Selector, Template = new() },
        };
        await Other.ApplyAsync(theirs, Cancel);
        var desired = Deployment();
        desired.Spec.Replicas = null;

        var applied = await Client.ApplyAsync(desired, Cancel);

        Assert.Equal(0, applied.Spec.Replicas);
    }

    [Fact]
    public async Task Apply_ServicePorts_MergeByPort()
    {
        await Client.ApplyAsync(Service((80, "http"), (9090, "admin")), Cancel);

        var applied = await Client.ApplyAsync(Service((80, "web")), Cancel);

        var port = Assert.Single(applied.Spec.Ports);
        Assert.Equal((80, "web", "8080"), (port.Port, port.Name, port.TargetPort.Value));
    }

    [Fact]
    public async Task Apply_SecretAndControllerRevision_KeepTheirData()
    {
        await Client.ApplyAsync(new V1Secret { Metadata = Meta("s"), Data = new Dictionary<string, byte[]> { ["token"] = [1, 2, 250] } }, Cancel);
        var revision = new V1ControllerRevision { Metadata = Meta("r"), Revision = 7, Data = new Dictionary<string, object> { ["a"] = "b" } };
        await Client.ApplyAsync(revision, Cancel);

        Assert.Equal([1, 2, 250], (await Client.GetAsync<V1Secret>(Key("s"), Cancel))!.Data["token"]);
        Assert.Equal(7, (await Client.GetAsync<V1ControllerRevision>(Key("r"), Cancel))!.Revision);
    }

    [Fact]
    public async Task Apply_Pod_IsReadBack()
    {
        var pod = new V1Pod
        {
            Metadata = Meta("p"),
            // No node has it: the pod stays as it was made.
            Spec = new()
            {
                NodeSelector = new Dictionary<string, string> { ["no"] = "node" },
                // Old servers refuse pods until their account has a token, which comes a little after the namespace.
                AutomountServiceAccountToken = false,
                Containers = [new() { Name = "c", Image = "example.com/c:1" }],
            },
        };

        await Client.ApplyAsync(pod, Cancel);

        Assert.Equal("c", Assert.Single((await Client.GetAsync<V1Pod>(Key("p"), Cancel))!.Spec.Containers).Name);
    }

    private static V1Container Container(V1Deployment deployment, string name) =>
        deployment.Spec.Template.Spec.Containers.Single(container => container.Name == name);

    private V1Service Service(params (int Port, string Name)[] ports) => new()
    {
        Metadata = Meta("svc"),
        Spec = new()
        {
            Selector = new Dictionary<string, string> { ["app"] = "web" },
            Ports = [.. ports.Select(port => new V1ServicePort { Port = port.Port, Name = port.Name, TargetPort = "8080", Protocol = "TCP" })],
        },
    };

    private V1Deployment Deployment() => new()
    {
        Metadata = Meta("web"),
        Spec = new()
        {
            Replicas = 0,
            Paused = true,
            Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
            Template = new()
            {
                Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = "web" } },
                Spec = new()
                {
                    Containers =
                    [
                        new()
                        {
                            Name = "main",
                            Image = "example.com/main:1",
                            Args = ["one", "two"],
                            Env = [new() { Name = "A", Value = "1" }, new() { Name = "B", Value = "2" }],
                            Ports =
                            [
                                new() { ContainerPort = 8080, Protocol = "TCP", Name = "http" },
                                new() { ContainerPort = 9090, Protocol = "TCP", Name = "admin" },
                            ],
                            VolumeMounts = [new() { Name = "config", MountPath = "/etc/config" }],
                            Resources = new()
                            {
                                Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("0.5") },
                                Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("1024Mi") },
                            },
                        },
                        new() { Name = "side", Image = "example.com/side:1" },
                    ],
                    Volumes = [new() { Name = "config", ConfigMap = new() { Name = "config" } }],
                },
            },
        },
    };
}
