using System.Text;
using Rerank.Operator.Sources.Prometheus;

namespace Rerank.Operator.Tests.Sources.Prometheus;

public sealed class QueryAnswerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1000);

    [Theory]
    [InlineData("12", 12)]
    [InlineData("12.99", 12)]
    [InlineData("0", 0)]
    [InlineData("1e+06", 1_000_000)]
    public void Read_OneElement_IsItsWholeCounts(string value, long expected)
    {
        Assert.Equal(new(expected, null), Read(Vector($$"""{"metric":{},"value":[999.5,"{{value}}"]}""")));
        Assert.Equal(new(expected, null), Read($$$"""{"status":"success","data":{"resultType":"scalar","result":[999.5,"{{{value}}}"]}}"""));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("+Inf")]
    [InlineData("-Inf")]
    [InlineData("-3")]
    [InlineData("1e+300")]
    [InlineData("many")]
    public void Read_NoCount_SaysSo(string value) =>
        Assert.Equal($"gives {value}, which is no count", Error(Vector($$"""{"metric":{},"value":[999.5,"{{value}}"]}""")));

    [Fact]
    public void Read_Empty_SaysWhatToDo() => Assert.Contains("returned no series", Error(Vector("")));

    [Fact]
    public void Read_SeveralElements_SaysWhatToDo() =>
        Assert.Equal("returned 2 series, and must return one: sum them up", Error(Vector("""{"value":[999,"1"]},{"value":[999,"2"]}""")));

    [Fact]
    public void Read_Histogram_SaysSo() => Assert.Contains("gives a histogram", Error(Vector("""{"metric":{},"histogram":[999,{"count":"3"}]}""")));

    [Theory]
    [InlineData(699, false)]
    [InlineData(701, true)]
    [InlineData(1030, true)]
    public void Read_SampleOfSomeAge_CountsUpToFiveMinutes(long time, bool isCount)
    {
        var answer = Read(Vector($$"""{"metric":{},"value":[{{time}},"5"]}"""));

        Assert.Equal(isCount ? null : "gives a sample that is 301 s old, and so no longer the present one", answer.Error);
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""", "gives a matrix")]
    [InlineData("""{"status":"success","data":{"resultType":"string","result":[999,"x"]}}""", "gives a string")]
    [InlineData("""{"status":"success","data":{"resultType":"vector"}}""", "without a result")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"value":["999",5]}]}}""", "isn't one")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[7]}}""", "gives a histogram")]
    [InlineData("""{"status":"success"}""", "without a result")]
    [InlineData("""{"hello":"world"}""", "Is `serverURL` right?")]
    [InlineData("[]", "Is `serverURL` right?")]
    [InlineData("<html>", "Is `serverURL` right?")]
    [InlineData("", "Is `serverURL` right?")]
    public void Read_OfAnotherForm_IsAnError(string body, string expected) => Assert.Contains(expected, Error(body));

    [Fact]
    public void Read_Refused_HasTheServersWords() => Assert.Equal(
        "was answered with 400: bad_data: 1:5: parse error:  unexpected end",
        Error("""{"status":"error","errorType":"bad_data","error":"1:5: parse error:\n unexpected end"}""", 400));

    [Fact]
    public void Read_RefusedAtLength_IsCut() =>
        Assert.Equal(300, Error($$"""{"status":"error","errorType":"bad_data","error":"{{new string('x', 5000)}}"}""", 422)!.Length);

    [Fact]
    public void Read_HttpErrorOfSomebodyElse_HasNoneOfItsText() => Assert.Equal("was answered with 502", Error("<h1>Bad gateway</h1>", 502));

    [Fact]
    public void Read_SuccessWithAnHttpError_IsAnError() => Assert.NotNull(Error(Vector("""{"value":[999,"1"]}"""), 500));

    private static string Vector(string elements) => $$"""{"status":"success","data":{"resultType":"vector","result":[{{elements}}]},"warnings":["w"]}""";

    private static string? Error(string body, int status = 200) => Read(body, status).Error;

    private static QueryAnswer Read(string body, int status = 200) => QueryAnswer.Read(Encoding.UTF8.GetBytes(body), status, Now);
}
