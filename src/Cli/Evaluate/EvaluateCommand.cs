using System.CommandLine;
using System.Globalization;
using Rerank.Cli.Text;
using Rerank.Evaluation;

namespace Rerank.Cli.Evaluate;

/// <summary>Measures rankings. Nothing of it needs a cluster.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Surroundings surroundings) => new("evaluate", "Measure rankings against relevance judgements") { CreateRun(surroundings) };

    private static Command CreateRun(Surroundings surroundings)
    {
        var qrels = new Option<FileInfo>("--qrels") { Description = "Judgements: lines QUERY ITERATION DOCUMENT GRADE (TREC) or QUERY DOCUMENT GRADE (BEIR)", HelpName = "FILE", Required = true };
        var run = new Option<FileInfo>("--run") { Description = "What a system returned: lines QUERY Q0 DOCUMENT RANK SCORE NAME; the rank is not looked at", HelpName = "FILE", Required = true };
        var baseline = new Option<FileInfo?>("--baseline") { Description = "Another run, to compare with", HelpName = "FILE" };
        var slices = new Option<FileInfo?>("--slices") { Description = "Parts of the queries to look at by themselves: lines QUERY SLICE", HelpName = "FILE" };
        var measures = new Option<string[]>("--measure", "-m") { Description = "Measures by trec_eval's names, as ndcg_cut_10 or P_5; else all the usual ones", HelpName = "NAMES", AllowMultipleArgumentsPerToken = true };
        var level = new Option<int>("--level") { Description = "The least grade that is relevant", HelpName = "GRADE", DefaultValueFactory = _ => 1 };
        var atLeast = new Option<string[]>("--at-least") { Description = "MEASURE=VALUE: fail where the mean is below, of all queries or of a slice of 30 and more", HelpName = "GATES", AllowMultipleArgumentsPerToken = true };
        var maxDrop = new Option<string[]>("--max-drop")
        {
            Description = "MEASURE=VALUE: fail where the mean may be lower than the baseline's by more than that, as the 95 % interval says",
            HelpName = "GATES",
            AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON, with every query's values" };
        var junit = new Option<FileInfo?>("--junit") { Description = "Write the gates to a file that CI systems read", HelpName = "FILE" };
        var command = new Command("run", "Measure a TREC run as trec_eval does, with all judged queries (-c). Exit code 1 when a gate fails")
        {
            qrels, run, baseline, slices, measures, level, atLeast, maxDrop, json, junit,
        };
        command.SetAction(result =>
        {
            var request = new EvaluationRequest
            {
                Measures = result.GetValue(measures) is { Length: > 0 } names ? [.. names.SelectMany(n => n.Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct().Select(Parse)] : Measure.Usual,
                Level = result.GetValue(level) is >= 1 and <= 127 and var grade ? grade : throw new CommandFailure("--level must be from 1 to 127"),
                AtLeast = [.. (result.GetValue(atLeast) ?? []).Select(Gate)],
                MaxDrop = [.. (result.GetValue(maxDrop) ?? []).Select(Gate)],
            };
            if (request.MaxDrop.Count > 0 && result.GetValue(baseline) is null)
                throw new CommandFailure("--max-drop needs a --baseline to compare with");
            var judgements = Read(result.GetRequiredValue(qrels), Qrels.Read);
            var outcome = EvaluationOutcome.Of(
                request,
                judgements,
                Read(result.GetRequiredValue(run), TrecRun.Read),
                result.GetValue(baseline) is { } other ? Read(other, TrecRun.Read) : null,
                result.GetValue(slices) is { } parts ? Read(parts, (text, name) => Slices.Read(text, name, judgements)) : Slices.None);
            surroundings.Output.Write(result.GetValue(json) ? JsonText.Write(EvaluationJson.Of(outcome)) + "\n" : EvaluationText.Of(outcome, new(surroundings.UsesColour)));
            if (result.GetValue(junit) is { } report)
                File.WriteAllText(report.FullName, JUnitReport.Of(outcome));
            return outcome.Gates.All(gate => gate.Holds) ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    private static Measure Parse(string name)
    {
        try
        {
            return Measure.Parse(name);
        }
        catch (FormatException exception)
        {
            throw new CommandFailure(exception.Message, exception);
        }
    }

    private static (Measure Measure, double Value) Gate(string text)
    {
        var parts = text.Split('=');
        return parts.Length == 2 && double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= 1
            ? (Parse(parts[0]) is { IsCount: false } measure ? measure : throw new CommandFailure($"gate \"{text}\": {parts[0]} is a count, and no gate"), value)
            : throw new CommandFailure($"gate \"{text}\" must be MEASURE=VALUE with a value from 0 to 1, such as ndcg_cut_10=0.6");
    }

    private static T Read<T>(FileInfo file, Func<TextReader, string, T> read)
    {
        try
        {
            using var text = file.OpenText();
            return read(text, file.Name);
        }
        catch (TrecFormatException exception)
        {
            throw new CommandFailure(exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{file.FullName} can't be read: {exception.Message}", exception);
        }
    }
}
