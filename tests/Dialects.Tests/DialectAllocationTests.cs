using System.Buffers;
using System.Text.Json;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

/// <summary>A request's texts have to be in memory; little else has.</summary>
public sealed class DialectAllocationTests
{
    private const int Documents = 1000;

    // A list of that many grows by doubling, and a draft, a request and some names are there besides.
    private const int ParseOverhead = 2 * 8 * 1024 * 3 + 4096;
    private const int WriteOverhead = 2048;

    public static TheoryData<string> Paths => ["/rerank", "/v1/rerank", "/v2/rerank"];

    [Theory]
    [MemberData(nameof(Paths))]
    public void ParseAndWrite_ManyDocuments_AllocateLittleMoreThanTheTexts(string path)
    {
        var route = RerankDialects.Routes.Single(r => r.Pattern == path);
        string[] documents = [.. Enumerable.Range(0, Documents).Select(i => $"document {i} {new string('x', 300)}")];
        var body = JsonSerializer.SerializeToUtf8Bytes(new { model = "m", query = "q", documents, return_documents = true });
        long texts = documents.Sum(text => 2 * text.Length + 32);
        var results = documents.Select((_, i) => new RankedDocument(i, 1f / (i + 1))).ToArray();
        var output = new ArrayBufferWriter<byte>(1024 * 1024);

        // The first time, code is compiled and tables are made.
        Measure(route, body, results, output);
        var (parsed, written) = Measure(route, body, results, output);

        Assert.InRange(parsed, 0, texts + ParseOverhead);
        Assert.InRange(written, 0, WriteOverhead);
    }

    private static (long Parsed, long Written) Measure(RerankRoute route, byte[] body, RankedDocument[] results, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        var limits = new RequestLimits();
        var answer = new RerankAnswer { RequestId = "id", Model = "m", Results = results };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var conversation = route.Begin();
        var request = conversation.Parse(body, limits);
        var parsed = GC.GetAllocatedBytesForCurrentThread();
        conversation.Dialect.WriteAnswer(output, request, answer);
        return (parsed - before, GC.GetAllocatedBytesForCurrentThread() - parsed);
    }
}
