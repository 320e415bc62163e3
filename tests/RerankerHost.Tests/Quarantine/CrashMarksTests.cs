using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Quarantine;
using Rerank.RerankerHost.Serving;
using Rerank.RerankerHost.Tests.Serving;

namespace Rerank.RerankerHost.Tests.Quarantine;

public sealed class CrashMarksTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ModelSpec _candidate;
    private readonly ModelSpec _required;

    public CrashMarksTests()
    {
        _required = TestModel.Named("model").InFolder(_folder);
        _candidate = _required with { Required = false };
    }

    private ServeOptions Options => new() { ModelDirectory = _folder["models"], ControlGroupDirectory = _folder["cgroup"] };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AfterAnOrderlyEnd_LetsIn()
    {
        Use(_candidate, mark =>
        {
            mark.BeginLoad();
            mark.EndLoad();
            mark.BeginRun();
            mark.EndRun();
        });

        Use(_candidate, mark => Assert.Empty(mark.CrashTimes));
    }

    [Fact]
    public void Open_AfterACrashWhileLoading_KeepsACandidateOutForAWhile_LongerEachTime()
    {
        foreach (var seconds in (int[])[30, 120, 480, 1800])
        {
            Use(_candidate, mark => mark.BeginLoad());
            var refused = Assert.Throws<ModelLoadException>(() => Open(_candidate));
            Assert.Equal(ModelFailure.Quarantined, refused.Reason);
            Assert.EndsWith($"it is tried again at {_time.GetUtcNow().AddSeconds(seconds):yyyy-MM-dd'T'HH:mm:ss'Z'}", refused.Message, StringComparison.Ordinal);
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        _time.Advance(TimeSpan.FromHours(1));
        Use(_candidate, mark => mark.BeginLoad());
        Assert.Contains("ended once", Assert.Throws<ModelLoadException>(() => Open(_candidate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AfterACrashWhileRunning_KeepsOut()
    {
        Use(_candidate, mark =>
        {
            mark.BeginRun();
            mark.BeginRun();
            mark.EndRun();
        });

        Assert.Throws<ModelLoadException>(() => Open(_candidate));
    }

    [Fact]
    public void Open_AfterAProcessThatEndedByItself_LetsIn()
    {
        var marks = Marks;
        using (var loading = marks.Open(_candidate))
        {
            loading!.BeginLoad();
            marks.Dispose();

            // Threads go on until the process is gone.
            loading.BeginRun();
        }

        Use(_candidate, mark => Assert.Empty(mark.CrashTimes));
        using (marks.Open(_candidate))
            Use(_required, mark => mark.BeginLoad());
        Assert.Throws<ModelLoadException>(() => Marks.Open(_candidate));
    }

    [Fact]
    public void Open_OfAModelThatComesBackWhileItStillAnswersItsLastRequests_CountsNoCrash()
    {
        var marks = Marks;
        using (var leaving = marks.Open(_candidate))
        {
            leaving!.BeginRun();
            using var back = marks.Open(_candidate);
            Assert.Empty(back!.CrashTimes);
            leaving.EndRun();
        }

        Use(_candidate, mark => Assert.Empty(mark.CrashTimes));
    }

    [Fact]
    public void Open_OfARequiredModel_IsRefusedFromTheThirdCrashOn()
    {
        Use(_required, mark => mark.BeginLoad());
        Use(_required, mark => mark.BeginLoad());
        Use(_required, mark => mark.BeginLoad());

        Assert.Contains("ended 3 times", Assert.Throws<ModelLoadException>(() => Open(_required)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WhereNothingCanBeWritten_ServesWithoutAMark()
    {
        _folder.Write("models/marks", []);

        Assert.Null(Open(_candidate));
    }

    [Fact]
    public async Task CandidateThatTookTheProcessDown_IsLeftOutWhileTheStableOneServes_AndTriedAgain()
    {
        var stable = TestModel.Named("stable").InFolder(_folder);
        Use(_candidate, mark => mark.BeginLoad());
        await using var host = await RunningHost.StartAsync(_folder, new FakeModels(), _time);

        await host.ApplyAsync(RunningHost.Set(1, stable, _candidate));
        await host.EventuallyAsync("stable", ModelState.Ready);
        var status = await host.EventuallyAsync("model", ModelState.Failed, ModelFailure.Quarantined);

        Assert.Equal("the process ended once in the last hour while the model was loaded or run; it is tried again at 2026-01-01T00:00:30Z", status.Message);
        Assert.Equal(System.Net.HttpStatusCode.OK, await host.GetAsync("/health/ready"));
        await TestKit.Eventually.True(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return (await host.StatusAsync()).Models[1].State == ModelState.Ready;
            },
            RunningHost.Cancelled);
    }

    [Theory]
    [InlineData(900)]
    [InlineData(1000)]
    public void Open_AfterThreeKillsForMemoryWhileItRan_LetsIn(int usedPermille)
    {
        SetMemory(usedPermille);
        foreach (var spec in (ModelSpec[])[_required, _candidate])
        {
            for (var i = 0; i < 4; i++)
                Use(spec, mark => mark.BeginRun());
            Use(spec, mark => Assert.Empty(mark.CrashTimes));
        }
    }

    [Fact]
    public void Open_AfterKillsForMemoryWhileARequiredModelWasLoaded_LetsIn()
    {
        SetMemory(950);
        for (var i = 0; i < 4; i++)
            Use(_required, mark => mark.BeginLoad());

        Use(_required, mark => Assert.Empty(mark.CrashTimes));
    }

    [Fact]
    public void Open_AfterAKillForMemoryWhileACandidateWasLoaded_KeepsItOutAndSaysWhy()
    {
        SetMemory(950);
        Use(_candidate, mark => mark.BeginLoad());

        var refused = Assert.Throws<ModelLoadException>(() => Open(_candidate));

        Assert.Equal(ModelFailure.OutOfMemory, refused.Reason);
        Assert.Equal("the process was killed for using more memory than its limit while the model was loaded; it is tried again at 2026-01-01T00:00:30Z", refused.Message);
        SetMemory(100);
        _time.Advance(TimeSpan.FromSeconds(30));
        Use(_candidate, mark => mark.BeginRun());
        Assert.Equal(ModelFailure.Quarantined, Assert.Throws<ModelLoadException>(() => Open(_candidate)).Reason);
    }

    [Fact]
    public void Open_TheControlGroupHasCountedAKill_IsNoCrashOfTheModel()
    {
        SetMemory(100);
        Use(_candidate, mark => mark.BeginRun());
        SetMemory(100, kills: 1);
        Use(_candidate, mark => Assert.Empty(mark.CrashTimes));

        // Once told, it is no news.
        Use(_candidate, mark => mark.BeginRun());
        Assert.Throws<ModelLoadException>(() => Open(_candidate));
    }

    [Fact]
    public void Open_CrashWithMemoryToSpareOrInTheCacheOnly_KeepsOut()
    {
        SetMemory(990, cachedPermille: 500);
        Use(_candidate, mark => mark.BeginRun());

        Assert.Throws<ModelLoadException>(() => Open(_candidate));
    }

    [Fact]
    public void Open_EndedInOrderNearTheLimit_TheNextCrashCounts()
    {
        SetMemory(990);
        new MemoryRecord(Options, _time).Dispose();
        SetMemory(100);
        Use(_candidate, mark => mark.BeginRun());

        Assert.Throws<ModelLoadException>(() => Open(_candidate));
    }

    private void SetMemory(int usedPermille, int kills = 0, int cachedPermille = 0)
    {
        _folder.Write("cgroup/memory.max", "1000000\n"u8);
        _folder.Write("cgroup/memory.current", Encoding.ASCII.GetBytes($"{usedPermille * 1000}\n"));
        _folder.Write("cgroup/memory.stat", Encoding.ASCII.GetBytes($"anon 1\nfile {cachedPermille * 1000 + 5}\nfile_mapped 7\nshmem 5\n"));
        _folder.Write("cgroup/memory.events", Encoding.ASCII.GetBytes($"low 0\noom 3\noom_kill {kills}\noom_group_kill 9\n"));
    }

    /// <summary>What a process that starts now says.</summary>
    private CrashMarks Marks => new(Options, new MemoryRecord(Options, _time), _time);

    private CrashMark? Open(ModelSpec spec) => Marks.Open(spec);

    /// <summary>Uses a mark, and then the process ends.</summary>
    private void Use(ModelSpec spec, Action<CrashMark> use)
    {
        // What is in the file stays, as after a kill: it is mapped, and nothing of it is undone.
        using var mark = Open(spec);
        use(mark!);
    }
}
