using System.Text.Json;
using Rerank.RolloutStudy.Report;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Studies;

const string Usage = """
    dotnet run -c Release --project bench/RolloutStudy [-- [FOLDER [ROLLOUTS]] [--rows FILE]]
        Writes the tables of analysis.md and analysis.svg in the folder, docs by default, in half an hour on two cores. ROLLOUTS, 300 by default, are of each traffic with equal candidates; of
        those that are worse than allowed there are 200 at most, of those that should be found 100, of each size in the picture 60. With --rows the file is told what became of rollouts as soon as it is known, and those
        that it knows aren't run again: an interrupted run goes on, and 0 rollouts write what there is. Begin another file when the code has changed.
    dotnet run -c Release --project bench/RolloutStudy -- --scenario FILE...
        Runs scenarios, and prints a line of JSON for each. docs/analysis.md describes the file. A rollout that is withheld counts as undecided.
    """;
switch (args)
{
    case ["--help" or "-h" or "-?"]:
        Console.WriteLine(Usage);
        return 0;
    case ["--scenario", _, ..]:
        return Try(() =>
        {
            foreach (var file in args[1..])
                Console.WriteLine(JsonSerializer.Serialize(Simulate.Run(Scenario.Read(file)), ScenarioJson.Default.ScenarioResult));
        });
    case [.. var before, "--rows", var rows]:
        return Write(before, rows);
    default:
        return Write(args, null);
}

static int Write(string[] args, string? rows)
{
    var rollouts = Traffics.Rollouts;
    if (args.Length > 2 || (args.Length > 0 && !Directory.Exists(args[0])) || (args.Length > 1 && !(int.TryParse(args[1], out rollouts) && rollouts >= 0)))
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }

    return Try(() => Fill(args.Length > 0 ? args[0] : "docs", rollouts, new StudyRows(rows, Console.Error)));
}

static void Fill(string docs, int rollouts, StudyRows rows)
{
    var page = Path.Combine(docs, "analysis.md");
    Page.Fill(page, "detection", Tables.Detection([.. Run(Detection.WorseCandidates(rows, rollouts))]));
    Page.Fill(page, "wrong promotions", Tables.WrongPromotions([.. Run(WrongVerdicts.WorseCandidates(rows, rollouts))]));
    Page.Fill(page, "wrong rollbacks", Tables.WrongRollbacks([.. Run(WrongVerdicts.EqualCandidates(rows, rollouts))]));
    var studies = Detection.Kinds.Select(kind => (Kind: kind, Cells: (IReadOnlyList<DetectionCell>)[.. Detection.Sizes(rows, kind, rollouts)])).ToArray();
    if (studies.Any(study => study.Cells.Any(cell => cell.Rollbacks.Length == 0)))
        return;
    Page.Fill(page, "sizes", string.Join("\n", studies.Select(study => $"{study.Kind.Name}:\n\n{Tables.Sizes(study.Kind, study.Cells)}")));
    File.WriteAllText(Path.Combine(docs, "analysis.svg"), Plot.Of(studies, Detection.Seconds / 60.0));
}

static IEnumerable<StudyRow> Run(IEnumerable<StudyRow> rows) => rows.Where(row => row.Ours.Count > 0);

static int Try(Action action)
{
    try
    {
        action();
        return 0;
    }
    catch (Exception e) when (e is InvalidDataException or JsonException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}
