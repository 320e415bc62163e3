using Rerank.RerankerHost.Scheduling;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Scheduling;

public sealed class CpuQuotaTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("150000 100000", 2, 1)]
    [InlineData("50000 100000", 1, 1)]
    [InlineData("200000 100000", 2, 2)]
    [InlineData("399999 100000", 4, 3)]
    [InlineData("800000 100000", 4, 4)]
    [InlineData("max 100000", 4, 4)]
    [InlineData("nonsense", 4, 4)]
    [InlineData("", 4, 4)]
    public void Threads_SecondVersion_AreTheWholeCores(string limit, int processors, int threads)
    {
        Write("proc/self/cgroup", "0::/");
        Write("sys/fs/cgroup/cpu.max", limit);

        Assert.Equal(threads, Quota.Threads(processors));
    }

    [Theory]
    [InlineData("150000", 2, 1)]
    [InlineData("250000", 4, 2)]
    [InlineData("-1", 4, 4)]
    public void Threads_FirstVersion_AreTheWholeCores(string quota, int processors, int threads)
    {
        Write("proc/self/cgroup", "12:memory:/kubepods/pod1\n4:cpu,cpuacct:/kubepods/pod1/container\n");
        Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", quota);
        Write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");

        Assert.Equal(threads, Quota.Threads(processors));
    }

    [Fact]
    public void Cores_AreTheLeastOfAllGroupsAbove()
    {
        Write("proc/self/cgroup", "0::/system.slice/pod/container");
        Write("sys/fs/cgroup/system.slice/cpu.max", "600000 100000");
        Write("sys/fs/cgroup/system.slice/pod/cpu.max", "150000 100000");
        Write("sys/fs/cgroup/system.slice/pod/container/cpu.max", "max 100000");

        Assert.Equal(1.5, Quota.Cores);
    }

    [Fact]
    public void Threads_WithoutControlGroups_AreTheProcessors() => Assert.Equal((null, 8), (Quota.Cores, Quota.Threads(8)));

    private CpuQuota Quota => new(_folder["root"]);

    private void Write(string path, string text) => _folder.Write($"root/{path}", System.Text.Encoding.UTF8.GetBytes(text + "\n"));
}
