using System.CommandLine;
using System.Text.Json;
using Rerank.Contracts.Models;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization;

namespace Rerank.RerankerHost.Commands;

/// <summary><c>tokenize DIR [--max-tokens N]</c>: what a model is fed, without the model.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("DIR") { Description = "Folder with a tokenizer.json." };
        var maxTokens = new Option<int?>("--max-tokens") { Description = "Cut a pair to this many tokens, the longer text first. Default: cut nothing." };
        maxTokens.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
                result.AddError("--max-tokens must be at least 1.");
        });
        var specialTokens = new Option<SpecialTokensInText>("--special-tokens-in-text")
        {
            Description = "What [SEP] and the like in a text are: PlainText, or Parse: the tokens themselves, as the reference has it.",
            DefaultValueFactory = _ => SpecialTokensInText.PlainText,
        };
        var command = new Command("tokenize", "Reads JSON lines {\"query\",\"passage\"} (or one of them alone), writes JSON lines {\"ids\",\"types\"}.")
        {
            directory,
            maxTokens,
            specialTokens,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(directory).FullName,
            parsed.GetValue(maxTokens) ?? int.MaxValue,
            parsed.GetValue(specialTokens),
            Console.In,
            Console.Out,
            Console.Error,
            cancellationToken));
        return command;
    }

    internal static Task<int> RunAsync(
        string directory,
        int maxTokens,
        SpecialTokensInText specialTokens,
        TextReader input,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken) =>
        JsonLines.WithModelAsync(
            () => Load(directory, maxTokens, specialTokens),
            error,
            tokenizer => JsonLines.TransformAsync(
                input,
                output,
                error,
                (pair, _) => Task.FromResult(JsonSerializer.Serialize(Tokenize(tokenizer, pair, maxTokens), CommandsJson.Default.TokenizedText)),
                cancellationToken));

    private static TextTokenizer Load(string directory, int maxTokens, SpecialTokensInText specialTokens)
    {
        var tokenizer = TokenizerFile.Load(Path.Combine(directory, "tokenizer.json"), specialTokens);
        var special = Math.Max(tokenizer.Pair.PairTokens, tokenizer.Single.Tokens);
        return maxTokens > special
            ? tokenizer
            : throw new ModelLoadException(ModelFailure.UnsupportedTokenizer, $"{maxTokens} tokens have no room for text beside {special} special tokens");
    }

    private static TokenizedText Tokenize(TextTokenizer tokenizer, TextPair pair, int maxTokens)
    {
        // Cutting the longer first always ends with a pair that fits.
        var encoded = pair switch
        {
            { Query: { } query, Passage: { } passage } => tokenizer.Encode(query, passage, maxTokens, Truncation.LongestFirst)!.Value,
            _ => tokenizer.Encode(pair.Query ?? pair.Passage ?? throw new JsonException("neither query nor passage"), maxTokens),
        };
        return new TokenizedText(encoded.Ids, encoded.Types);
    }
}
