using Rerank.Contracts.Routing;
using Rerank.Router.Routing;

namespace Rerank.Router.Trials;

/// <summary>Assigns a request to an arm.</summary>
internal sealed class ArmChooser(IDice dice)
{
    private const string Never = "never";

    public ArmChoice Choose(ServingTable table, IHeaderDictionary headers)
    {
        if (table.Table.Candidate is not { } candidate)
            return new ArmChoice(table, table.Stable, Counts: false);

        var open = table.OpenCandidate;
        var assignment = candidate.Assignment;
        if (assignment.ForceHeaderName is { } force && headers[force].ToString() is { Length: > 0 } wanted)
        {
            if (wanted.Equals(Never, StringComparison.OrdinalIgnoreCase))
                return new ArmChoice(table, table.Stable, Counts: false);
            if (wanted == assignment.ForceCandidateValue)
                return new ArmChoice(table, open ?? table.Stable, Counts: false);
        }

        var chosen = open is not null && PlaceOf(assignment, open.Revision, headers) < candidate.TrafficPermille ? open : table.Stable;
        return new ArmChoice(table, chosen, Counts: true);
    }

    private int PlaceOf(Assignment assignment, string revision, IHeaderDictionary headers) =>
        assignment is { Type: AssignmentType.HeaderHash, HeaderName: { } name } && headers[name].ToString() is { Length: > 0 } key
            ? AssignmentRule.BucketOf(key, revision)
            : dice.Roll();
}
