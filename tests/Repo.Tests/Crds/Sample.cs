using System.Text.Json.Nodes;
using Rerank.Operator.Api;
using Rerank.Operator.Api.Validation;
using Rerank.Operator.Runtime.Crds.Validation;
using Rerank.Operator.Runtime.Crds.Yaml;
using Rerank.TestKit;

namespace Rerank.Repo.Tests.Crds;

/// <summary>
/// Objects below <c>Samples</c>. A rejected one begins with a comment that has a part of the message. An update is a pair of files that end in
/// <c>.old.yaml</c> and <c>.new.yaml</c>.
/// </summary>
internal static class Sample
{
    public const string Folder = "tests/Repo.Tests/Samples";

    public static IReadOnlyList<string> Rejected { get; } = SourceFiles.Below($"{Folder}/rejected", "*.yaml");

    public static IReadOnlyList<string> Accepted { get; } = SourceFiles.Below($"{Folder}/accepted", "*.yaml");

    public static IReadOnlyList<string> RejectedUpdates { get; } = SourceFiles.Below($"{Folder}/updates/rejected", "*.new.yaml");

    public static IReadOnlyList<string> AcceptedUpdates { get; } = SourceFiles.Below($"{Folder}/updates/accepted", "*.new.yaml");

    public static string OldOf(string newFile) => newFile.Replace(".new.yaml", ".old.yaml", StringComparison.Ordinal);

    public static string ExpectedMessage(string file)
    {
        var first = File.ReadLines(Repository.File(file)).First();
        Assert.StartsWith("# ", first, StringComparison.Ordinal);
        return first[2..];
    }

    public static IEnumerable<JsonObject> Read(string file) =>
        YamlReader.Read(File.ReadAllText(Repository.File(file))).Select(document => document.AsObject());

    /// <summary>What local mode says about it.</summary>
    public static IReadOnlyList<FieldError> Admit(JsonObject sent, JsonObject? stored = null)
    {
        IReadOnlyList<FieldError> errors;
        switch ((string?)sent["kind"])
        {
            case ModelVersion.KubeKind:
                Admission.Admit(sent, stored is null ? null : Admission.Admit<ModelVersion>(stored, null, out _), out errors);
                break;
            case RerankPipeline.KubeKind:
                Admission.Admit(sent, stored is null ? null : Admission.Admit<RerankPipeline>(stored, null, out _), out errors);
                break;
            default:
                throw new InvalidOperationException($"no kind {sent["kind"]}");
        }

        return errors;
    }
}
