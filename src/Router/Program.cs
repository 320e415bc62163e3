using System.CommandLine;
using Rerank.Router;

// Signals are the host's: it drains before it stops.
return await RouterCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
