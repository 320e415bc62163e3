using System.CommandLine;
using Rerank.RerankerHost.Commands;

var root = new RootCommand("Serves cross-encoder rerankers.")
{
    TokenizeCommand.Create(),
    ScoreCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
