using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Dialects;
using Rerank.Contracts.Routing;

namespace Rerank.Contracts.Tests.Dialects;

public sealed class DialectPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly string[] Seeds =
    [
        """{"model":"m","query":"what is \u00e9 \ud83d\ude00","documents":["a",{"text":"b","x":{"y":[1,2.5e3,null]}}],"top_n":"2","max_tokens_per_doc":7}""",
        """{"query":"q","texts":["a","b"],"raw_scores":1,"return_text":"true","truncate":false,"truncation_direction":"Right","other":[[[{}]]]}""",
    ];

    public static TheoryData<string> Dialects => new("tei", "cohere-v2");

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Parse_RandomBytes_ThrowsNothingButRequestException(string name) =>
        Check.One(Many, Prop.ForAll<byte[]>(bytes => ParsesOrRefuses(Named(name), bytes)));

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Parse_MutatedRequests_ThrowsNothingButRequestException(string name)
    {
        var mutation = from seed in Gen.Elements(Seeds)
                       from count in Gen.Choose(1, 6)
                       from edits in Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), count * 2)
                       select Mutate(Encoding.UTF8.GetBytes(seed), edits);

        Check.One(Many, Prop.ForAll(mutation.ToArbitrary(), bytes => ParsesOrRefuses(Named(name), bytes)));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Parse_WellFormedRequest_KeepsTexts(string name)
    {
        var text = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(t => Valid(t.Get));
        var request = from query in text
                      from documents in Gen.ListOf(text)
                      select (Query: "q" + query, Documents: documents.Append("last").ToArray());

        Check.One(Many, Prop.ForAll(request.ToArbitrary(), r =>
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            {
                ["model"] = "m",
                ["query"] = r.Query,
                [name == "tei" ? "texts" : "documents"] = r.Documents,
            });
            var parsed = Named(name).Parse(body, new RequestLimits());
            return parsed.Query == r.Query && parsed.Documents.SequenceEqual(r.Documents);
        }));
    }

    private static bool ParsesOrRefuses(Dialect dialect, byte[] body)
    {
        try
        {
            dialect.Parse(body, new RequestLimits { MaxDocuments = 3 });
        }
        catch (RequestException e)
        {
            return e.Error.Message.Length > 0 && dialect.StatusOf(e.Error.Kind) is >= 400 and < 500;
        }

        return true;
    }

    private static byte[] Mutate(byte[] seed, int[] edits)
    {
        const string Interesting = "{}[]\",:\\u0d8tfn-+.e \uFFFD";
        for (var i = 0; i < edits.Length; i += 2)
        {
            var at = edits[i] % seed.Length;
            seed = (edits[i + 1] % 4) switch
            {
                0 => [.. seed[..at], (byte)edits[i + 1], .. seed[at..]],
                1 => [.. seed[..at], (byte)Interesting[edits[i + 1] / 4 % Interesting.Length], .. seed[(at + 1)..]],
                2 when seed.Length > 1 => [.. seed[..at], .. seed[(at + 1)..]],
                _ => [.. seed[..(at + 1)], .. seed[(at / 2)..]],
            };
        }

        return seed;
    }

    /// <summary>JSON can't carry half of a surrogate pair.</summary>
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static Dialect Named(string name) => name == RerankDialects.Tei.Name ? RerankDialects.Tei : RerankDialects.CohereV2;
}
