using System.CommandLine;
using Rerank.Operator.Generate;
using Rerank.Operator.Local;
using Rerank.Operator.Run;
using Rerank.Programs.Logs;
using Rerank.Programs.Proxies;

if (EnvironmentProxy.Use() is { } problem)
{
    await Console.Error.WriteLineAsync(problem);
    return 1;
}

var crds = new Option<string>("--crds") { Description = "Folder for the CustomResourceDefinitions", Required = true };
var rbac = new Option<string>("--rbac") { Description = "Folder for the roles", Required = true };
var generate = new Command("generate", "Write the CustomResourceDefinitions and roles that the code declares") { crds, rbac };
generate.SetAction(result => GenerateCommand.Run(result.GetRequiredValue(crds), result.GetRequiredValue(rbac)));

var logFormat = new Option<LogFormat?>("--log-format") { Description = "How messages are written to standard output: text or json (Operator__LogFormat)" };
var run = new Command("run", "Run the operator against the cluster that this process is in, or that KUBECONFIG names") { logFormat };
run.SetAction((result, cancellationToken) => RunCommand.RunAsync(result.GetValue(logFormat), cancellationToken));

var root = new RootCommand("Operates rerankers on Kubernetes") { run, LocalCommand.Create(), generate };
root.SetAction((_, cancellationToken) => RunCommand.RunAsync(null, cancellationToken));
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
