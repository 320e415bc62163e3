using System.Buffers;
using System.Diagnostics;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Http;
using Rerank.RerankerHost.Inference;
using Rerank.RerankerHost.Models;
using Rerank.RerankerHost.Telemetry;
using Rerank.RerankerHost.Tokenization;
using Rerank.RerankerHost.Tokenization.Places;
using Rerank.RerankerHost.Tokenization.Subwords;

namespace Rerank.RerankerHost.Serving;

/// <summary>Answers one request for the tokens of texts, as text-embeddings-inference or vLLM does.</summary>
internal sealed class TokenizeHandler(
    TokenizeConversation conversation,
    LimitsInForce limits,
    RequestMemory memory,
    ModelRegistry models,
    TokenizingTurns turns,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<TokenizeHandler> logger) : RequestHandler(limits, memory, metrics, time, logger)
{
    // A token of four bytes of text takes seventy of an answer, so that a large one isn't kept whole.
    private const int PartBytes = 64 * 1024;
    private const int TokensPerLook = 256;

    // As of a rerank request's texts.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(0.5);

    protected override string Route => HostRoutes.Tokenize.Name;

    protected override async Task AnswerAsync(HttpContext http, RequestBudget budget, string requestId, PooledBuffer output)
    {
        using var body = await RequestBody.ReadAsync(http, Limits.MaxBodyBytes, budget);
        var request = conversation.Parse(body.Written, Limits.Requests);
        using var model = models.Acquire(http.Request.Headers[ScoreApi.DigestHeader], request.Model);
        var tokenizer = model.Encoder.Tokenizer;
        using var tokens = conversation.IsVllm ? new TokenBuffer(budget.HoldMore, budget.Token) : tokenizer.CreatePlacing(budget.HoldMore, budget.Token);
        var texts = new List<PlacedText>(conversation.IsVllm ? 0 : request.Texts.Count);
        using (await turns.EnterAsync(budget.Token))
            await TokenizeAsync(request, tokenizer, tokens, texts, budget.Token);

        using var writer = new TokenWriter(output);
        if (conversation.IsVllm)
            await WriteVllmAsync(http, request, tokenizer, tokens, model.Encoder.MaxInputTokens, writer, output, budget.Token);
        else
            await WriteTeiAsync(http, request, tokenizer, texts, writer, output, budget.Token);
        writer.Flush();
    }

    protected override int StatusOf(RequestErrorKind kind) => conversation.Dialect.StatusOf(kind);

    protected override void WriteError(IBufferWriter<byte> output, RequestError error) => conversation.Dialect.WriteError(output, error);

    private async Task TokenizeAsync(TokenizeRequest request, TextTokenizer tokenizer, TokenBuffer tokens, List<PlacedText> texts, CancellationToken cancellationToken)
    {
        string[] all = [.. request.Texts];
        using var turn = await LongTexts.EnterAsync("", all, cancellationToken);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < all.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(begun) > Slice)
            {
                await Task.Yield();
                begun = Stopwatch.GetTimestamp();
            }

            try
            {
                if (conversation.IsVllm)
                    tokenizer.Tokenize(all[i], tokens, int.MaxValue);
                else
                    texts.Add(tokenizer.Place(all[i], tokens));
            }
            catch (PieceTooLongException e)
            {
                var name = conversation.IsVllm ? "prompt" : $"inputs[{i}]";
                throw new RequestException(new RequestError(RequestErrorKind.Invalid, $"{name} has {e.Message}") { Document = i }, e);
            }
        }
    }

    private static async Task WriteTeiAsync(
        HttpContext http, TokenizeRequest request, TextTokenizer tokenizer, List<PlacedText> texts, TokenWriter writer, PooledBuffer output, CancellationToken cancellationToken)
    {
        writer.BeginList();
        foreach (var text in texts)
        {
            writer.BeginList();
            WriteSpecial(request, tokenizer, tokenizer.Single.Before, writer);
            for (var first = 0; first < text.Count; first += TokensPerLook)
            {
                WriteTokens(text, first, Math.Min(first + TokensPerLook, text.Count), writer);
                await SendIfManyAsync(http, writer, output, cancellationToken);
            }

            WriteSpecial(request, tokenizer, tokenizer.Single.After, writer);
            writer.EndList();
            await SendIfManyAsync(http, writer, output, cancellationToken);
        }

        writer.EndList();
    }

    private static void WriteTokens(PlacedText text, int first, int end, TokenWriter writer)
    {
        var ids = text.Ids;
        for (var i = first; i < end; i++)
        {
            if (text.PlaceOf(i) is { IsKnown: true } place)
                writer.Token(ids[i], text.PartAt(place), isSpecial: false, place.Start, place.End);
            else
                writer.Token(ids[i], text.NameOf(i), isSpecial: false, start: null, stop: null);
        }
    }

    private static void WriteSpecial(TokenizeRequest request, TextTokenizer tokenizer, TemplateTokens special, TokenWriter writer)
    {
        if (!request.AddSpecialTokens)
            return;
        foreach (var id in special.Ids)
            writer.Token(id, tokenizer.Texts[id], isSpecial: true, start: null, stop: null);
    }

    private static async Task WriteVllmAsync(
        HttpContext http,
        TokenizeRequest request,
        TextTokenizer tokenizer,
        TokenBuffer tokens,
        int maxInputTokens,
        TokenWriter writer,
        PooledBuffer output,
        CancellationToken cancellationToken)
    {
        int[] before = request.AddSpecialTokens ? tokenizer.Single.Before.Ids : [];
        int[] after = request.AddSpecialTokens ? tokenizer.Single.After.Ids : [];
        var count = before.Length + tokens.Count + after.Length;
        writer.BeginVllm(count, maxInputTokens);
        await WriteAsync(name: false);
        writer.BeginNames(request.ReturnNames);
        if (request.ReturnNames)
            await WriteAsync(name: true);
        writer.EndVllm(request.ReturnNames);

        async Task WriteAsync(bool name)
        {
            for (var i = 0; i < count; i++)
            {
                var id = i < before.Length ? before[i] : i - before.Length < tokens.Count ? tokens.Span[i - before.Length] : after[i - before.Length - tokens.Count];
                if (name)
                    writer.Name(tokenizer.Texts.Utf8(id));
                else
                    writer.Id(id);
                if (i % TokensPerLook == 0)
                    await SendIfManyAsync(http, writer, output, cancellationToken);
            }
        }
    }

    private static async ValueTask SendIfManyAsync(HttpContext http, TokenWriter writer, PooledBuffer output, CancellationToken cancellationToken)
    {
        writer.Flush();
        if (output.Length >= PartBytes)
            await SendPartAsync(http, output, cancellationToken);
    }
}
