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
        var (place, key) = PlaceOf(assignment, candidate.Arm.Revision, headers);
        if (assignment.ForceHeaderName is { } force && headers[force].ToString() is { Length: > 0 } wanted)
        {
            if (wanted.Equals(Never, StringComparison.OrdinalIgnoreCase))
                return Choice(table.Stable, counts: false);
            if (wanted == assignment.ForceCandidateValue)
                return Choice(open ?? table.Stable, counts: false);
        }

        return Choice(open is not null && place < candidate.TrafficPermille ? open : table.Stable, counts: true);

        ArmChoice Choice(ServingArm arm, bool counts) => new(table, arm, counts) { Place = place, Key = key, Epoch = candidate.Epoch };
    }

    private (int Place, ulong? Key) PlaceOf(Assignment assignment, string revision, IHeaderDictionary headers)
    {
        if (assignment is not { Type: AssignmentType.HeaderHash, HeaderName: { } name } || headers[name].ToString() is not { Length: > 0 } key)
            return (dice.Roll(), null);

        var hash = AssignmentRule.HashOf(key, revision);
        return (hash.Place, hash.Key);
    }
}
