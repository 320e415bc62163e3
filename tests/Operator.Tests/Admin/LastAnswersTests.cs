using Microsoft.Extensions.Time.Testing;
using Rerank.Contracts.Models;
using Rerank.Contracts.Routing;
using Rerank.Operator.Admin;

namespace Rerank.Operator.Tests.Admin;

public sealed class LastAnswersTests
{
    private static readonly ProcessKey Process = new("uid", new("http://10.0.0.1:9090"));

    private readonly FakeTimeProvider _time = new();
    private readonly LastAnswers _last;

    public LastAnswersTests() => _last = new(_time);

    [Fact]
    public void Of_AnswerOfThatAge_IsThereUntilItIsTooOld()
    {
        _last.Learn(Process, Status("a", version: 1));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.NotNull(_last.Of<RouterStatus>(Process, TimeSpan.FromSeconds(5)));
        Assert.Null(_last.Of<RouterStatus>(Process, TimeSpan.FromSeconds(4)));
    }

    [Fact]
    public void Of_AnotherPodWithTheAddress_HasNone()
    {
        _last.Learn(Process, Status("a", version: 1));

        Assert.Null(_last.Of<RouterStatus>(Process with { Pod = "another" }, TimeSpan.FromMinutes(1)));
        Assert.Null(_last.Of<HostStatus>(Process, TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("a", 1, 2)]
    [InlineData("b", 1, 1)]
    public void Learn_WhatWasAskedForBefore_DoesNotReplaceWhatCameMeanwhile(string process, long version, long expected)
    {
        _last.Learn(Process, Status("a", version: 2));

        _last.Learn(Process, Status(process, version));

        Assert.Equal(expected, _last.Of<RouterStatus>(Process, TimeSpan.Zero)!.Version);
    }

    private static RouterStatus Status(string process, long version) => new()
    {
        ProcessId = process,
        Version = version,
        Generation = 1,
        Revision = "r1",
        Confirmed = true,
        Clusters = [],
        Requests = 0,
        Errors = 0,
    };
}
