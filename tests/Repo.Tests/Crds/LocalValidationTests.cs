namespace Rerank.Repo.Tests.Crds;

/// <summary>Local mode and old API servers: the same verdicts, in C#.</summary>
public class LocalValidationTests
{
    public static TheoryData<string> Accepted => [.. Sample.Accepted];

    public static TheoryData<string> Rejected => [.. Sample.Rejected];

    public static TheoryData<string> AcceptedUpdates => [.. Sample.AcceptedUpdates];

    public static TheoryData<string> RejectedUpdates => [.. Sample.RejectedUpdates];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Admit_AcceptedSample_HasNoErrors(string file) => Assert.Empty(Sample.Read(file).SelectMany(document => Sample.Admit(document)));

    [Theory]
    [MemberData(nameof(Rejected))]
    public void Admit_RejectedSample_SaysWhatIsWrong(string file)
    {
        var errors = Sample.Read(file).SelectMany(document => Sample.Admit(document)).Select(error => error.ToString());

        Assert.Contains(errors, error => error.Contains(Sample.ExpectedMessage(file), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AcceptedUpdates))]
    public void Admit_AcceptedUpdate_HasNoErrors(string file) =>
        Assert.Empty(Sample.Admit(Sample.Read(file).Single(), Sample.Read(Sample.OldOf(file)).Single()));

    [Theory]
    [MemberData(nameof(RejectedUpdates))]
    public void Admit_RejectedUpdate_SaysWhatIsWrong(string file)
    {
        var errors = Sample.Admit(Sample.Read(file).Single(), Sample.Read(Sample.OldOf(file)).Single());

        Assert.Contains(errors, error => error.ToString().Contains(Sample.ExpectedMessage(file), StringComparison.Ordinal));
    }
}
