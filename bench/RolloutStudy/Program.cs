using System.Text.Json;
using Rerank.RolloutStudy.Report;
using Rerank.RolloutStudy.Scenarios;
using Rerank.RolloutStudy.Studies;

const string Usage = """
    dotnet run -c Release --project bench/RolloutStudy [-- [FOLDER] [ROLLOUTS]]   writes the tables of analysis.md and analysis.svg in the folder, docs by default, of so many rollouts, 300 by default (an hour)
    dotnet run -c Release --project bench/RolloutStudy -- --scenario FILE...   runs scenarios, and prints a line of JSON for each
    """;
switch (args)
{
    case ["--scenario", _, ..]:
        try
        {
            foreach (var file in args[1..])
                Console.WriteLine(JsonSerializer.Serialize(Simulate.Run(Scenario.Read(file)), ScenarioJson.Default.ScenarioResult));
            return 0;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }

    case []:
        Write("docs", Traffics.Rollouts);
        return 0;
    case [var folder] when Directory.Exists(folder):
        Write(folder, Traffics.Rollouts);
        return 0;
    case [var folder, var count] when Directory.Exists(folder) && int.TryParse(count, out var rollouts) && rollouts > 0:
        Write(folder, rollouts);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static void Write(string docs, int rollouts)
{
    var page = Path.Combine(docs, "analysis.md");
    Page.Fill(page, "wrong rollbacks", Tables.WrongRollbacks([.. WrongVerdicts.EqualCandidates(rollouts)]));
    Page.Fill(page, "wrong promotions", Tables.WrongPromotions([.. WrongVerdicts.WorseCandidates(rollouts)]));
    var studies = Detection.Kinds.Select(kind => (Kind: kind, Cells: (IReadOnlyList<DetectionCell>)[.. Detection.Run(kind, Math.Min(rollouts, Detection.Rollouts))])).ToArray();
    Page.Fill(page, "detection", string.Join("\n", studies.Select(study => $"{study.Kind.Name}:\n\n{Tables.Of(study.Kind, study.Cells)}")));
    File.WriteAllText(Path.Combine(docs, "analysis.svg"), Plot.Of(studies, Detection.Seconds / 60.0));
}
