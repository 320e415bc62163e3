using System.Buffers;
using Rerank.Contracts.Scoring;
using Rerank.Dialects;
using Rerank.Http;
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
    ModelRegistry models,
    TokenizingTurns turns,
    HostMetrics metrics,
    TimeProvider time,
    ILogger<TokenizeHandler> logger) : RequestHandler(limits, turns.Memory, metrics, time, logger)
{
    // A token of four bytes of text takes seventy of an answer, so that a large one isn't kept whole.
    private const int PartBytes = 64 * 1024;

    // Of a text that several tokens share, which each would repeat.
    private const int MostShared = 4;

    protected override string Route => HostRoutes.Tokenize.Name;

    protected override async Task AnswerAsync(HttpContext http, RequestBudget budget, string requestId, PooledBuffer output)
    {
        var allowed = Limits.Of(http.Request.Headers);
        using var body = await RequestBody.ReadAsync(http, allowed.MaxBodyBytes, budget);
        var request = conversation.Parse(body.Written, allowed);
        using var model = models.Acquire(http.Request.Headers[ScoreApi.DigestHeader], request.Model);
        var tokenizer = model.Encoder.Tokenizer;
        using var tokens = conversation.IsVllm ? new TokenBuffer(budget.HoldMore, budget.Token) : tokenizer.CreatePlacing(budget.HoldMore, budget.Token);
        var texts = new List<PlacedText>(conversation.IsVllm ? 0 : request.Texts.Count);
        using var turn = await turns.EnterAsync(budget.Token);
        await TokenizeAsync(request, tokenizer, tokens, texts, budget.Token);

        using var writer = new TokenWriter(output);
        var answer = new Answer(http, writer, output, turn, budget.Token);
        if (conversation.IsVllm)
            await WriteVllmAsync(answer, request, tokenizer, tokens, model.Encoder.MaxInputTokens);
        else
            await WriteTeiAsync(answer, request, tokenizer, texts);
        writer.Flush();
    }

    protected override int StatusOf(RequestErrorKind kind) => conversation.Dialect.StatusOf(kind);

    protected override void WriteError(IBufferWriter<byte> output, RequestError error) => conversation.Dialect.WriteError(output, error);

    private async Task TokenizeAsync(TokenizeRequest request, TextTokenizer tokenizer, TokenBuffer tokens, List<PlacedText> texts, CancellationToken cancellationToken)
    {
        string[] all = [.. request.Texts];
        var slice = new ThreadSlice(ThreadSlice.Usual);
        for (var i = 0; i < all.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await slice.PassAsync();
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

    private static async Task WriteTeiAsync(Answer answer, TokenizeRequest request, TextTokenizer tokenizer, List<PlacedText> texts)
    {
        var writer = answer.Writer;
        writer.BeginList();
        foreach (var text in texts)
        {
            writer.BeginList();
            WriteSpecial(request, tokenizer, tokenizer.Single.Before, writer);
            for (var i = 0; i < text.Count; i++)
            {
                WriteToken(text, i, writer);
                if (answer.IsMuch)
                    await answer.SendPartAsync();
            }

            WriteSpecial(request, tokenizer, tokenizer.Single.After, writer);
            writer.EndList();
            if (answer.IsMuch)
                await answer.SendPartAsync();
        }

        writer.EndList();
    }

    private static void WriteToken(PlacedText text, int index, TokenWriter writer)
    {
        var id = text.Ids[index];
        var place = text.PlaceOf(index);
        if (!place.IsKnown)
            writer.Token(id, text.NameOf(index), isSpecial: false, start: null, stop: null);
        else if (place.End - place.Start > MostShared && text.IsShared(index))
            writer.Token(id, text.NameOf(index), isSpecial: false, place.Start, place.End);
        else
            writer.Token(id, text.PartAt(place), isSpecial: false, place.Start, place.End);
    }

    private static void WriteSpecial(TokenizeRequest request, TextTokenizer tokenizer, TemplateTokens special, TokenWriter writer)
    {
        if (!request.AddSpecialTokens)
            return;
        foreach (var id in special.Ids)
            writer.Token(id, tokenizer.Texts[id], isSpecial: true, start: null, stop: null);
    }

    private static async Task WriteVllmAsync(Answer answer, TokenizeRequest request, TextTokenizer tokenizer, TokenBuffer tokens, int maxInputTokens)
    {
        var writer = answer.Writer;
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
                if (answer.IsMuch)
                    await answer.SendPartAsync();
            }
        }
    }

    /// <summary>What is written goes out in parts. The turn is held while one is made, and not while its caller takes it.</summary>
    private sealed class Answer(HttpContext http, TokenWriter writer, PooledBuffer output, TokenizingTurns.Turn turn, CancellationToken cancellationToken)
    {
        public TokenWriter Writer => writer;

        public bool IsMuch => output.Length + writer.Pending >= PartBytes;

        public Task SendPartAsync()
        {
            writer.Flush();
            return turn.PauseAsync(() => TokenizeHandler.SendPartAsync(http, output, cancellationToken), cancellationToken);
        }
    }
}
