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

    private CrashMarks Marks => new(new ServeOptions { ModelDirectory = _folder["models"] }, _time);

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
            var refused = Assert.Throws<ModelLoadException>(() => Marks.Open(_candidate));
            Assert.Equal(ModelFailure.Quarantined, refused.Reason);
            Assert.EndsWith($"it is tried again at {_time.GetUtcNow().AddSeconds(seconds):yyyy-MM-dd'T'HH:mm:ss'Z'}", refused.Message, StringComparison.Ordinal);
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        _time.Advance(TimeSpan.FromHours(1));
        Use(_candidate, mark => mark.BeginLoad());
        Assert.Contains("ended once", Assert.Throws<ModelLoadException>(() => Marks.Open(_candidate)).Message, StringComparison.Ordinal);
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

        Assert.Throws<ModelLoadException>(() => Marks.Open(_candidate));
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

        Assert.Contains("ended 3 times", Assert.Throws<ModelLoadException>(() => Marks.Open(_required)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WhereNothingCanBeWritten_ServesWithoutAMark()
    {
        _folder.Write("models/marks", []);

        Assert.Null(Marks.Open(_candidate));
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

    /// <summary>Uses a mark, and then the process ends.</summary>
    private void Use(ModelSpec spec, Action<CrashMark> use)
    {
        using var mark = Marks.Open(spec);
        use(mark!);
    }
}
