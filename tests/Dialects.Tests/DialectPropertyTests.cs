using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Rerank.Contracts.Routing;

namespace Rerank.Dialects.Tests;

public sealed class DialectPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly string[] Seeds =
    [
        """{"model":"m","query":"what is \u00e9 \ud83d\ude00","documents":["a",{"text":"b","x":{"y":[1,2.5e3,null]}}],"top_n":"2","max_tokens_per_doc":7}""",
        """{"query":"q","texts":["a","b"],"raw_scores":1,"return_text":"true","truncate":false,"truncation_direction":"Right","other":[[[{}]]]}""",
        """{"queries":["q",{"text":"r"}],"documents":["a","b"],"truncate_prompt_tokens":-1,"use_activation":false}""",
        """{"query":{"text":"q"},"passages":[{"text":"a"},{"content":[{"type":"text","text":"b"}]}],"truncate":"END"}""",
        """{"query":"q","documents":[{"title":"a","n":{"x":[1]}},{"title":"b"}],"rank_fields":["title","n"],"return_documents":true}""",
    ];

    public static TheoryData<string> Paths => [.. RerankDialects.Routes.Select(route => route.Pattern)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Parse_RandomBytes_ThrowsNothingButRequestException(string path) =>
        Check.One(Many, Prop.ForAll<byte[]>(bytes => ParsesOrRefuses(path, bytes)));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Parse_MutatedRequests_ThrowsNothingButRequestException(string path)
    {
        var mutation = from seed in Gen.Elements(Seeds)
                       from count in Gen.Choose(1, 6)
                       from edits in Gen.ArrayOf(Gen.Choose(0, int.MaxValue - 1), count * 2)
                       select Mutate(Encoding.UTF8.GetBytes(seed), edits);

        Check.One(Many, Prop.ForAll(mutation.ToArbitrary(), bytes => ParsesOrRefuses(path, bytes)));
    }

    private static bool ParsesOrRefuses(string path, byte[] body)
    {
        Outcomes.Check(RerankDialects.Routes.Single(route => route.Pattern == path), body, new RequestLimits { MaxDocuments = 3 });
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
}
