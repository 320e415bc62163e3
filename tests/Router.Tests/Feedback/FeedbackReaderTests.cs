using System.Text;
using Rerank.Dialects;
using Rerank.Router.Feedback;

namespace Rerank.Router.Tests.Feedback;

public sealed class FeedbackReaderTests
{
    private const string Id = "0198c2f0-0000-7000-8000-000000000001";

    [Fact]
    public void Read_EventsByIndexOrId_AreTheSame() => Assert.Equal(
        [new FeedbackEvent(FeedbackType.Click, 3), new FeedbackEvent(FeedbackType.Accept, 3), new FeedbackEvent(FeedbackType.Reject, 0)],
        Read($$"""{"request_id":"{{Id}}","extra":1,"events":[{"type":"click","index":3},{"type":"accept","id":"3","index":null},{"type":"reject","index":0,"at":"x"}]}""").Events);

    [Theory]
    [InlineData("", "the body is not valid JSON (line 1, byte 1)")]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("{}", "request_id must be the id of an answer, a UUID: the value of its X-Rerank-Request-Id header")]
    [InlineData("""{"request_id":7}""", "request_id must be the id of an answer, a UUID: the value of its X-Rerank-Request-Id header")]
    [InlineData("""{"request_id":"\ud800"}""", "the body has a string that is not valid Unicode text")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"click","index":1},{"type":"\ud800"}]}""", "events[1] has a string that is not valid Unicode text")]
    [InlineData($$"""{"request_id":"{{Id}}"}""", "events must be an array")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[]}""", "events must have from 1 to 1000 entries, not 0")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[5]}""", "events[0] must be an object")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"index":1}]}""", "events[0].type must be \"click\", \"accept\" or \"reject\"")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"buy","index":1}]}""", "events[0].type must be \"click\", \"accept\" or \"reject\"")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"click"}]}""", "events[0] must have exactly one of index and id")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"click","index":1,"id":"1"}]}""", "events[0] must have exactly one of index and id")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"click","index":-1}]}""", "events[0].index must be the place of a document in the request, from 0")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"click","index":1.5}]}""", "events[0].index must be the place of a document in the request, from 0")]
    [InlineData($$"""{"request_id":"{{Id}}","events":[{"type":"click","id":"doc"}]}""", "events[0].id must be the place of a document in the request, from \"0\"")]
    public void Read_WrongBody_NamesTheField(string body, string message) => Assert.Equal(message, Assert.Throws<RequestException>(() => Read(body)).Message);

    [Fact]
    public void Read_TooManyEvents_IsRefused()
    {
        var events = string.Join(',', Enumerable.Repeat("{\"type\":\"click\",\"index\":1}", 1001));

        var error = Assert.Throws<RequestException>(() => Read($$"""{"request_id":"{{Id}}","events":[{{events}}]}"""));

        Assert.Equal("events must have from 1 to 1000 entries, not 1001", error.Message);
    }

    private static FeedbackRequest Read(string body) => FeedbackReader.Read(Encoding.UTF8.GetBytes(body));
}
