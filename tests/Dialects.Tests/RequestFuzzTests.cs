using Rerank.Contracts.Routing;
using Rerank.TestKit;

namespace Rerank.Dialects.Tests;

/// <summary>Requests made at random, the same ones in every run. A failure names the seed of its request.</summary>
public sealed class RequestFuzzTests
{
    private static readonly Utf8Texts None = [];

    private const int Requests = 10_000;

    private static readonly RequestLimits Limits = new() { MaxDocuments = 8, MaxBodyBytes = 64 * 1024 };

    [Fact]
    public void Parse_RequestsInEverySpelling_MeanWhatTheySay() => ForEachSeed(random =>
    {
        var spelled = SpelledRequest.Make(random);
        var conversation = RerankDialects.Routes.Single(route => route.Pattern == spelled.Path).Begin();

        var request = conversation.Parse(spelled.Body, Limits);

        Assert.Equal(spelled.Dialect, conversation.Dialect.Name);
        Assert.Equal(spelled.Expected.Query, request.Query);
        Assert.Equal(spelled.Expected.Queries, request.Queries);
        Assert.Equal(spelled.Expected.Documents, request.Documents);
        Assert.Equal(spelled.Expected with { Documents = None, Queries = null, DocumentObjects = null }, request with { Documents = None, Queries = null, DocumentObjects = null });
        Assert.True(Outcomes.Check(RerankDialects.Routes.Single(route => route.Pattern == spelled.Path), spelled.Body, Limits));
    });

    [Fact]
    public void Parse_WildRequests_AreTakenOrRefusedInWords()
    {
        var taken = 0;
        ForEachSeed(random =>
        {
            var route = RerankDialects.Routes[random.Next(RerankDialects.Routes.Count)];
            if (Outcomes.Check(route, WildJson.Request(random), Limits))
                taken++;
        });

        // Otherwise the test would be about errors alone.
        Assert.InRange(taken, Requests / 20, Requests);
    }

    private static void ForEachSeed(Action<Random> test)
    {
        for (var seed = 0; seed < Requests; seed++)
        {
            try
            {
                test(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"the request of seed {seed}: {e.Message}", e);
            }
        }
    }
}
