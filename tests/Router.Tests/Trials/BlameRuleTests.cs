using Rerank.Contracts.Dialects;
using Rerank.Router.Trials;

namespace Rerank.Router.Tests.Trials;

public sealed class BlameRuleTests
{
    [Theory]
    [InlineData(RequestErrorKind.Unavailable, false, 0, false, "Arm")]
    [InlineData(RequestErrorKind.Internal, true, 9, true, "Arm")]
    [InlineData(RequestErrorKind.ModelNotFound, false, 0, true, "Arm")]
    [InlineData(RequestErrorKind.DeadlineExceeded, false, 0, true, "Arm")]
    [InlineData(RequestErrorKind.DeadlineExceeded, true, 0, false, "Caller")]
    [InlineData(RequestErrorKind.DeadlineExceeded, false, 1, false, "Caller")]
    [InlineData(RequestErrorKind.DeadlineExceeded, false, -1, false, "Arm")]
    [InlineData(RequestErrorKind.Overloaded, false, 0, false, "Arm")]
    [InlineData(RequestErrorKind.Overloaded, false, 0, true, "Shared")]
    [InlineData(RequestErrorKind.Overloaded, true, 0, true, "Caller")]
    [InlineData(RequestErrorKind.Overloaded, false, 1, true, "Caller")]
    [InlineData(RequestErrorKind.Invalid, false, 0, false, "Request")]
    [InlineData(RequestErrorKind.TooLarge, true, 9, true, "Request")]
    public void Of_Failure_IsWhoseDoingItIs(RequestErrorKind kind, bool shorterLimit, int priority, bool sharedHosts, string expected) =>
        Assert.Equal(expected, BlameRule.Of(new ArmFailure(kind, "", InvalidScores: false), new CallerTerms(shorterLimit, priority), sharedHosts).ToString());

    [Fact]
    public void Counts_SharedHostsHaveTooMuchToDo_IsAnErrorOfEitherArm() =>
        Assert.Equal([true, false, false, true], Enum.GetValues<Blame>().Select(BlameRule.Counts));
}
