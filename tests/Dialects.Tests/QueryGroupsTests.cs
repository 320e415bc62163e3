
namespace Rerank.Dialects.Tests;

public sealed class QueryGroupsTests
{
    [Fact]
    public void Of_OneQuery_IsTheRequestItself()
    {
        var request = new RerankRequest { Query = "q", Documents = ["a", "b"] };

        var group = Assert.Single(QueryGroups.Of(request));

        Assert.Same(request, group.Request);
        Assert.Equal(1, group.PlaceOf(1));
    }

    [Fact]
    public void Of_SeveralQueries_GroupsEqualOnesAndKeepsPlaces()
    {
        var request = new RerankRequest { Query = "q", Queries = ["q", "r", "q"], Documents = ["a", "b", "c"], RawScores = true };

        var groups = QueryGroups.Of(request);

        Assert.Equal(["q", "r"], groups.Select(group => group.Request.Query));
        Assert.Equal(["a", "c"], groups[0].Request.Documents);
        Assert.Equal(["b"], groups[1].Request.Documents);
        Assert.Equal((0, 2, 1), (groups[0].PlaceOf(0), groups[0].PlaceOf(1), groups[1].PlaceOf(0)));
        Assert.All(groups, group => Assert.True(group.Request is { RawScores: true, Queries: null }));
    }
}
