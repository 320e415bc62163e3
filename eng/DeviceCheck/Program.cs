using System.CommandLine;
using Rerank.Contracts.Models;
using Rerank.DeviceCheck;
using Rerank.Serving.Models;

// eng/device-check.sh
BertShape[] shapes = [BertShape.MiniLmL6, BertShape.TinyBertL2];
var provider = new Option<ExecutionProvider>("--provider") { Description = "What is checked: CUDA, or CPU to try the check itself.", DefaultValueFactory = _ => ExecutionProvider.CUDA };
var seconds = new Option<int>("--seconds") { Description = "Of each measurement of pairs a second.", DefaultValueFactory = _ => 5 };
var shape = new Option<string>("--shape") { Description = "Whose size the measured model has, fp32.", DefaultValueFactory = _ => BertShape.MiniLmL6.Name };
shape.AcceptOnlyFromAmong([.. shapes.Select(s => s.Name)]);
var command = new RootCommand("Checks models on a GPU: whether it can be used, parity with golden files, the batch plan, pairs a second beside the CPU.") { provider, seconds, shape };
command.SetAction((parsed, cancellationToken) => new Check(
    parsed.GetValue(provider),
    Path.Combine(AppContext.BaseDirectory, "models"),
    shapes.Single(s => s.Name == parsed.GetValue(shape)),
    TimeSpan.FromSeconds(parsed.GetValue(seconds)),
    Console.Out).RunAsync(cancellationToken));
return await command.Parse(args).InvokeAsync();
