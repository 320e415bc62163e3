using System.Text.Json;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Commands;

/// <summary>One JSON document a line in, one a line out, in the same order. Stops at the first line that it can't answer.</summary>
internal static class JsonLines
{
    public const int Success = 0;
    public const int InvalidInput = 1;
    public const int InvalidModel = 2;

    /// <returns>The process' exit code.</returns>
    public static async Task<int> TransformAsync(
        TextReader input, TextWriter output, TextWriter error, Func<TextPair, CancellationToken, Task<string>> answer, CancellationToken cancellationToken)
    {
        for (var number = 1; await input.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                var pair = JsonSerializer.Deserialize(line, CommandsJson.Default.TextPair) ?? throw new JsonException("null is no pair");
                await output.WriteLineAsync(await answer(pair, cancellationToken));
            }
            catch (Exception e) when (e is JsonException or InputTooLongException or PieceTooLongException or ModelFailedException)
            {
                return await FailAsync($"line {number}: {e.Message}");
            }
        }

        await output.FlushAsync(cancellationToken);
        return Success;

        async Task<int> FailAsync(string message)
        {
            await output.FlushAsync(CancellationToken.None);
            await error.WriteLineAsync(message);
            return InvalidInput;
        }
    }

    /// <summary>Loads a model's part; says what is wrong with it instead of failing with a stack trace.</summary>
    public static async Task<int> WithModelAsync<T>(Func<T> load, TextWriter error, Func<T, Task<int>> use)
    {
        T loaded;
        try
        {
            loaded = load();
        }
        catch (ModelLoadException e)
        {
            await error.WriteLineAsync($"{e.Reason}: {e.Message}");
            return InvalidModel;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(e.Message);
            return InvalidModel;
        }

        return await use(loaded);
    }
}
