using System.Buffers;

namespace Rerank.Dialects;

/// <summary>
/// vLLM, <c>POST /score</c> and <c>/v1/score</c>: pairs in, their scores out in the order of the request. One first text goes with every second one, or there
/// are as many of both.
/// </summary>
internal sealed class VllmScoreDialect : VllmDialect
{
    private const RequestFields Lefts = RequestFields.Queries | RequestFields.Data1 | RequestFields.Text1 | RequestFields.Query;
    private const RequestFields Rights = RequestFields.Documents | RequestFields.Items | RequestFields.Data2 | RequestFields.Text2;

    public override string Name => "vllm-score";

    protected override RequestFields Known => base.Known | Lefts | Rights;

    public override void WriteAnswer(IBufferWriter<byte> output, RerankRequest request, RerankAnswer answer)
    {
        var inOrder = ArrayPool<RankedDocument>.Shared.Rent(answer.Results.Count);
        foreach (var result in answer.Results)
            inOrder[result.Index] = result;

        using var writer = CreateWriter(output);
        writer.WriteStartObject();
        writer.WriteString("id"u8, $"score-{answer.RequestId}");
        writer.WriteString("object"u8, "list"u8);
        writer.WriteNumber("created"u8, answer.Created.ToUnixTimeSeconds());
        writer.WriteString("model"u8, answer.Model);
        writer.WriteStartArray("data"u8);
        for (var i = 0; i < answer.Results.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, i);
            writer.WriteString("object"u8, "score"u8);
            writer.WriteNumber("score"u8, inOrder[i].Score);
            writer.WriteTruncation(inOrder[i], answer.TruncationReport);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteUsage(answer, completion: true);
        writer.WriteEndObject();
        ArrayPool<RankedDocument>.Shared.Return(inOrder);
    }

    protected override RerankRequest Finish(RequestDraft draft)
    {
        Utf8Texts queries = draft.Left is null && draft.Query is not null ? [draft.Query] : TextsOf(draft.Left, draft.Left?.Name ?? "queries");
        for (var i = 0; i < queries.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(queries[i]))
                throw draft.Left is { } left ? Wrong(RequestErrorKind.Empty, left.Name, $"{left.NameOf(i)} must not be empty or only white space") : QueryIsEmpty();
        }

        var right = draft.Right ?? draft.Documents;
        var field = right?.Name ?? "documents";
        var documents = TextsOf(right, field);
        if (queries.Count != 1 && queries.Count != documents.Count)
            throw Wrong(RequestErrorKind.Invalid, field, $"{field} has {documents.Count} texts, but {draft.Left!.Name} has {queries.Count}: as many are needed, or one");

        return Complete(draft, new RerankRequest { Query = queries[0], Queries = AreAllTheSame(queries) ? null : [.. queries], Documents = documents });
    }

    private static bool AreAllTheSame(Utf8Texts queries)
    {
        for (var i = 1; i < queries.Count; i++)
        {
            if (!queries.Utf8(i).SequenceEqual(queries.Utf8(0)))
                return false;
        }

        return true;
    }
}
