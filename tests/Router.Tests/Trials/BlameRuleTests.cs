using Rerank.Dialects;
using Rerank.Router.Scoring;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class BlameRuleTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromMilliseconds(40);

    [Theory]
    [InlineData(RequestErrorKind.Unavailable, null, 0, false, "Arm")]
    [InlineData(RequestErrorKind.Internal, 39, 9, true, "Arm")]
    [InlineData(RequestErrorKind.ModelNotFound, null, 0, true, "Arm")]
    [InlineData(RequestErrorKind.DeadlineExceeded, null, 0, true, "Arm")]
    [InlineData(RequestErrorKind.DeadlineExceeded, 39, 0, false, "Caller")]
    [InlineData(RequestErrorKind.DeadlineExceeded, null, 1, false, "Caller")]
    [InlineData(RequestErrorKind.DeadlineExceeded, null, -1, false, "Arm")]
    [InlineData(RequestErrorKind.Overloaded, null, 0, false, "Arm")]
    [InlineData(RequestErrorKind.Overloaded, null, 0, true, "Shared")]
    [InlineData(RequestErrorKind.Overloaded, 39, 0, true, "Caller")]
    [InlineData(RequestErrorKind.Overloaded, null, 1, true, "Caller")]
    [InlineData(RequestErrorKind.Invalid, null, 0, false, "Request")]
    [InlineData(RequestErrorKind.TooLarge, 39, 9, true, "Request")]
    [InlineData(RequestErrorKind.DeadlineExceeded, 40, 0, false, "Arm")]
    [InlineData(RequestErrorKind.DeadlineExceeded, 2000, 1, false, "Caller")]
    [InlineData(RequestErrorKind.Overloaded, 40, 0, true, "Shared")]
    public void Of_Failure_IsWhoseDoingItIs(RequestErrorKind kind, int? shorterLimit, int priority, bool sharedHosts, string expected) =>
        Assert.Equal(expected, BlameRule.Of(Failure(kind), Terms(shorterLimit, priority), Ample, sharedHosts).ToString());

    [Theory]
    [InlineData(null, "Arm")]
    [InlineData(9000, "Caller")]
    public void Of_DeadlineWhileNothingIsKnownOfStable_IsTheArmsOnlyAtThePolicysLimit(int? shorterLimit, string expected) =>
        Assert.Equal(expected, BlameRule.Of(Failure(RequestErrorKind.DeadlineExceeded), Terms(shorterLimit, 0), null, sharedHosts: false).ToString());

    [Theory]
    [InlineData(39, 0, true, "Caller")]
    [InlineData(40, 0, true, "Arm")]
    [InlineData(9000, 1, true, "Caller")]
    [InlineData(9000, 0, false, "Caller")]
    public void OfHangUp_IsTheArmsWhereStableWouldHaveAnswered(int waited, int priority, bool isKnown, string expected) =>
        Assert.Equal(expected, BlameRule.OfHangUp(TimeSpan.FromMilliseconds(waited), Terms(null, priority), isKnown ? Ample : null).ToString());

    [Fact]
    public void Counts_SharedHostsHaveTooMuchToDo_IsAnErrorOfEitherArm() =>
        Assert.Equal([true, false, false, true], Enum.GetValues<Blame>().Select(BlameRule.Counts));

    private static ScoreFailure Failure(RequestErrorKind kind) => new(kind, "");

    private static CallerTerms Terms(int? shorterLimit, int priority) =>
        new(shorterLimit is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null, priority);
}
