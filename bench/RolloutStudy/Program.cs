using System.Diagnostics;
using Rerank.RolloutStudy.Methods;
using Rerank.RolloutStudy.Report;
using Rerank.RolloutStudy.Simulation;
using Rerank.RolloutStudy.Studies;

// dotnet run -c Release --project bench/RolloutStudy [-- FOLDER]: writes the tables of analysis.md and analysis.svg in the folder, docs by default.
var docs = args.Length > 0 ? args[0] : "docs";
var page = Path.Combine(docs, "analysis.md");

var equal = FalseRollbacks.Run().ToArray();
Page.Fill(page, "false rollbacks", Tables.Of(equal));
Console.Write(Tables.Of(equal));

var studies = Detection.Kinds.Select(kind => (Kind: kind, Cells: (IReadOnlyList<DetectionCell>)[.. Detection.Run(kind)])).ToArray();
var tables = string.Join("\n", studies.Select(study => $"{study.Kind.Name}:\n\n{Tables.Of(study.Kind, study.Cells)}"));
Page.Fill(page, "detection", tables);
Console.Write(tables);
File.WriteAllText(Path.Combine(docs, "analysis.svg"), Plot.Of(studies, Schedule.Seconds / 60.0));

// What one look costs, at the end of a rollout of a hundred requests per second.
var rollout = new Rollout(new(Regression.None), new(Regression.None), 100, new Dice(1));
foreach (var step in Schedule.Steps)
    rollout.Run(step, step.Seconds);
var evidence = rollout.ToEvidence();
var watch = Stopwatch.StartNew();
for (var i = 0; i < 1000; i++)
    Judge.Look(evidence, hasTraffic: true);
Console.WriteLine($"\nOne judgement of four metrics: {watch.Elapsed.TotalMicroseconds / 1000:0} µs");
