using System.Text.RegularExpressions;

namespace Rerank.Cli.Models;

/// <summary>A repository of the Hugging Face hub at a commit, branch or tag: <c>hf:ORG/MODEL@COMMIT</c>.</summary>
internal sealed partial record HubReference(string Repository, string Revision)
{
    public const string Prefix = "hf:";

    private const string DefaultBranch = "main";

    /// <exception cref="CommandFailure">It has another form.</exception>
    public static HubReference Parse(string text) => Form().Match(text) is { Success: true } match
        ? new(match.Groups["repository"].Value, match.Groups["revision"] is { Success: true } revision ? revision.Value : DefaultBranch)
        : throw new CommandFailure($"\"{text}\" isn't of the form hf:ORGANISATION/MODEL@COMMIT");

    [GeneratedRegex(@"\Ahf:(?<repository>[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*)(@(?<revision>[A-Za-z0-9][A-Za-z0-9._/-]*))?\z")]
    private static partial Regex Form();
}
