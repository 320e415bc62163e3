using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rerank.Operator.Runtime.Caching;
using Rerank.Operator.Runtime.Client;
using Rerank.TestKit;
using static Rerank.Operator.Runtime.Tests.Caching.ScriptedApi;

namespace Rerank.Operator.Runtime.Tests.Caching;

public sealed class InformerTests : IAsyncDisposable
{
    private readonly ScriptedApi _api = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _changes = [];
    private readonly CancellationTokenSource _stop = new();
    private Informer<V1ConfigMap> _informer;
    private Task _running = Task.CompletedTask;

    public InformerTests() => _informer = New(new InformerScope());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task List_SeveralPages_TakesAllOfThemAndWatchesFromTheList()
    {
        _api.Page(null, new ResourcePage<V1ConfigMap>([Map("a", "1")], "10", "next"))
            .Page("next", new ResourcePage<V1ConfigMap>([Map("b", "2")], "10", "last"))
            .Page("last", new ResourcePage<V1ConfigMap>([Map("c", "3")], "10", null));

        var watch = await StartAsync();

        Assert.Equal("10", watch.From);
        Assert.Equal(["a", "b", "c"], Names());
        Assert.Equal(["+a", "+b", "+c"], Told().Order(StringComparer.Ordinal));
        Assert.True(_informer.HasSynced);
    }

    [Fact]
    public async Task List_ExpiresBetweenPages_StartsFromTheFirstPage()
    {
        _api.Page(null, new ResourcePage<V1ConfigMap>([Map("a", "1")], "10", "next"))
            .ListFails(new GoneException("continue token expired"))
            .List("20", Map("b", "2"));

        Start();
        var watch = await NextWatchAsync();

        Assert.Equal("20", watch.From);
        Assert.Equal(["b"], Names());
        Assert.Equal(["+b"], Told());
    }

    [Fact]
    public async Task Watch_Events_KeepTheCacheAndTellEachChangeOnce()
    {
        _api.List("10", Map("a", "1"));
        var watch = await StartAsync();

        watch.Send(WatchChange.Added, Map("b", "11"))
            .Send(WatchChange.Modified, Map("a", "12"))
            .Send(WatchChange.Modified, Map("a", "12"))
            .Send(WatchChange.Deleted, Map("b", "13"))
            .Send(WatchChange.Deleted, Map("stranger", "14"));
        watch.Close();
        var next = await _api.WatchAsync();

        Assert.Equal("14", next.From);
        Assert.Equal(["+a", "+b", "~a", "-b"], Told());
        Assert.Equal("12", _informer.Get(new ObjectKey("default", "a"))!.Metadata.ResourceVersion);
        Assert.Null(_informer.Get(new ObjectKey("default", "b")));
    }

    [Fact]
    public async Task Watch_Bookmark_IsWhereTheNextWatchStarts()
    {
        _api.List("10", Map("a", "1"));
        var watch = await StartAsync();

        watch.Bookmark("500");
        watch.Close();

        Assert.Equal("500", (await _api.WatchAsync()).From);
        Assert.Equal(1, _api.ListCalls);
        Assert.Equal(["+a"], Told());
    }

    [Fact]
    public async Task Watch_TimeLimit_IsBetweenFiveAndTenMinutesAndVaries()
    {
        _api.List("10");
        var limits = new List<TimeSpan> { (await StartAsync()).Timeout };
        for (var i = 0; i < 5; i++)
        {
            await RestartWatchAsync();
        }

        Assert.All(limits, l => Assert.InRange(l, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10)));
        Assert.Equal(limits.Count, limits.Distinct().Count());

        async Task RestartWatchAsync()
        {
            _last!.Bookmark("11");
            _last.Close();
            limits.Add((_last = await _api.WatchAsync()).Timeout);
        }
    }

    [Fact]
    public async Task Watch_Expired_RelistsAndFindsWhatWasDeletedMeanwhile()
    {
        _api.List("10", Map("a", "1"), Map("b", "2"), Map("c", "3")).List("90", Map("a", "1"), Map("c", "80"), Map("d", "85"));
        var watch = await StartAsync();

        watch.Fail(new GoneException("too old resource version"));
        var next = await NextWatchAsync();

        Assert.Equal("90", next.From);
        Assert.Equal(["a", "c", "d"], Names());
        Assert.Equal(["+d", "-b", "~c"], Told().Skip(3).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Watch_ExpiresAgainAndAgain_WaitsLongerBetweenLists()
    {
        _api.EveryList = () => new ResourcePage<V1ConfigMap>([], "10", null);
        _api.EveryWatch = () => new GoneException("too old");
        Start();

        await AdvanceUntil(() => _api.ListCalls >= 5, TimeSpan.FromSeconds(0.1));

        // 0.8 + 1.6 + 3.2 + 6.4 s at the least.
        Assert.True(Elapsed >= TimeSpan.FromSeconds(12), $"{Elapsed}");
    }

    [Fact]
    public async Task Watch_Breaks_GoesOnFromTheLastEventAfterAWhile()
    {
        _api.List("10");
        var watch = await StartAsync();
        watch.Send(WatchChange.Added, Map("a", "11"));

        watch.Fail(new HttpRequestException("connection reset"));
        var next = await NextWatchAsync();

        Assert.Equal("11", next.From);
        Assert.Equal(1, _api.ListCalls);
        Assert.True(Elapsed >= TimeSpan.FromSeconds(0.8), $"{Elapsed}");
    }

    [Fact]
    public async Task Watch_FiveFailuresInARow_Relists()
    {
        var watchesBeforeRelist = 0;
        _api.List("10", Map("a", "1"));
        _api.EveryList = () =>
        {
            watchesBeforeRelist = _api.WatchCalls;
            return Error(HttpStatusCode.ServiceUnavailable);
        };
        _api.EveryWatch = () => Error(HttpStatusCode.InternalServerError);
        Start();

        await AdvanceUntil(() => _api.ListCalls == 2);

        Assert.Equal(5, watchesBeforeRelist);
        Assert.Equal(["a"], Names());
    }

    [Fact]
    public async Task Watch_ClosedAtOnceWithoutEvent_BacksOff()
    {
        _api.List("10");
        _api.EveryWatch = () => null;
        Start();

        await AdvanceUntil(() => _api.WatchCalls >= 4, TimeSpan.FromSeconds(0.1));

        Assert.True(Elapsed >= TimeSpan.FromSeconds(5.6), $"{Elapsed}");
        Assert.Equal(1, _api.ListCalls);
    }

    [Fact]
    public async Task Watch_SilentBeyondItsLimit_IsGivenUp()
    {
        _api.List("10");
        var watch = await StartAsync();

        await AdvanceUntil(() => _api.TryWatch(out _));

        Assert.True(Elapsed > watch.Timeout, $"{Elapsed}");
    }

    [Fact]
    public async Task Unlisted_RefusedForLongerThanAMoment_SaysWhyUntilItIsLetInAgain()
    {
        Assert.NotNull(_informer.Unlisted);
        _api.List("10");
        var watch = await StartAsync();
        Assert.Null(_informer.Unlisted);

        _api.EveryList = () => Error(HttpStatusCode.Forbidden);
        _api.EveryWatch = () => Error(HttpStatusCode.Forbidden);
        watch.Fail(Error(HttpStatusCode.Forbidden));
        await Eventually.True(() => _informer.IsRefused, Cancellation);
        Assert.Null(_informer.Unlisted);
        await AdvanceUntil(() => _informer.Unlisted is not null);
        Assert.Equal(_informer.Trouble, _informer.Unlisted);

        _api.EveryList = () => new ResourcePage<V1ConfigMap>([], "20", null);
        _api.EveryWatch = null;
        await AdvanceUntil(() => _informer.Unlisted is null);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task List_Fails_IsTriedAgainAndIsNotSyncedBefore(HttpStatusCode code)
    {
        _api.ListFails(Error(code)).ListFails(Error(code)).List("10", Map("a", "1"));
        Start();
        await Eventually.True(() => _informer.Trouble is not null, Cancellation);
        Assert.False(_informer.HasSynced);

        await NextWatchAsync();

        Assert.True(_informer.HasSynced);
        Assert.Null(_informer.Trouble);
        Assert.Equal(["a"], Names());
    }

    [Fact]
    [Trait("Fault", "T51")]
    public async Task List_TooManyRequests_WaitsAsLongAsTheServerAsks()
    {
        var busy = Error(HttpStatusCode.TooManyRequests);
        busy.Response.Headers["Retry-After"] = ["40"];
        _api.ListFails(busy).List("10", Map("a", "1"));
        Start();
        await Eventually.True(() => _api.ListCalls == 1, Cancellation);
        // Its wait has begun once the trouble is told.
        await Eventually.True(() => _informer.Trouble is not null, Cancellation);

        for (var second = 0; second < 39; second++)
            _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _api.ListCalls);
        await Eventually.True(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return _api.ListCalls == 2;
            },
            Cancellation);
    }

    [Fact]
    public async Task Refused_AfterSync_SaysSoUntilItIsLetInAgain()
    {
        _api.List("10");
        var watch = await StartAsync();
        watch.Fail(Error(HttpStatusCode.Forbidden));
        await Eventually.True(() => _informer.IsRefused, Cancellation);

        (await NextWatchAsync()).Bookmark("11");

        await Eventually.True(() => !_informer.IsRefused, Cancellation);
    }

    [Fact]
    public async Task OptionalKind_NotServed_CountsAsSyncedAndEmptyAndIsLookedForAgain()
    {
        _informer = New(new InformerScope { Optional = true });
        _api.ListFails(Error(HttpStatusCode.NotFound)).List("10", Map("a", "1"));
        Start();

        await _informer.WaitForSyncAsync(Cancellation);
        Assert.False(_informer.IsServed);
        Assert.Empty(_informer.List());

        await AdvanceUntil(() => _informer.IsServed);
        Assert.Equal(["a"], Names());
        Assert.True(Elapsed >= TimeSpan.FromMinutes(4.5), $"{Elapsed}");
    }

    [Fact]
    public async Task Resync_EachPeriod_TellsEveryObjectFromMemory()
    {
        _api.List("10", Map("a", "1"), Map("b", "2"));
        await StartAsync();

        _time.Advance(TimeSpan.FromMinutes(8.9));
        Assert.Equal(2, Told().Length);
        await AdvanceUntil(() => Told().Length == 4);

        Assert.Equal(["=a", "=b"], Told().Skip(2).Order(StringComparer.Ordinal));
        Assert.True(Elapsed >= TimeSpan.FromMinutes(9), $"{Elapsed}");
        Assert.Equal(1, _api.ListCalls);
    }

    [Fact]
    public async Task Handler_Throws_OthersAreToldAndTheCacheIsKept()
    {
        _informer = New(new InformerScope(), _ => throw new InvalidOperationException("a mapping with a bug"));
        _api.List("10", Map("a", "1"));

        await StartAsync();

        Assert.Equal(["+a"], Told());
        Assert.Equal(["a"], Names());
    }

    [Fact]
    public async Task Scope_NamespaceAndSelector_AreAskedForInListAndWatch()
    {
        _informer = New(new InformerScope { Namespace = "team", LabelSelector = "app=x" });
        _api.List("10");

        await StartAsync();

        Assert.Equal(2, _api.Scopes.Count);
        Assert.All(_api.Scopes, s => Assert.Equal(("team", "app=x"), s));
    }

    [Fact]
    public async Task List_OfANamespace_LeavesOutTheOthers()
    {
        _api.List("10", Map("a", "1", "one"), Map("a", "2", "two"));

        await StartAsync();

        Assert.Equal("one", Assert.Single(_informer.List("one")).Metadata.NamespaceProperty);
        Assert.Equal(2, _informer.List().Count);
    }

    private TimeSpan Elapsed => _time.GetUtcNow() - _time.Start;

    private ScriptedWatch? _last;

    private Informer<V1ConfigMap> New(InformerScope scope, Action<Change<V1ConfigMap>>? before = null)
    {
        var informer = new Informer<V1ConfigMap>(
            _api, scope, TimeSpan.FromMinutes(10), new Jitter(new Random(1)), _time, NullLogger<Informer<V1ConfigMap>>.Instance);
        if (before is not null)
            informer.Subscribe(before);
        informer.Subscribe(Note);
        return informer;
    }

    private void Note(Change<V1ConfigMap> change)
    {
        var sign = change switch
        {
            { Old: null } => "+",
            { New: null } => "-",
            _ when ReferenceEquals(change.Old, change.New) => "=",
            _ => "~",
        };
        lock (_changes)
        {
            _changes.Add(sign + (change.New ?? change.Old)!.Metadata.Name);
        }
    }

    private string[] Told()
    {
        lock (_changes)
        {
            return [.. _changes];
        }
    }

    private string[] Names() => [.. _informer.List().Select(m => m.Metadata.Name).Order(StringComparer.Ordinal)];

    private void Start() => _running = Task.Run(() => _informer.RunAsync(_stop.Token), CancellationToken.None);

    private async Task<ScriptedWatch> StartAsync()
    {
        Start();
        return _last = await _api.WatchAsync();
    }

    /// <summary>Lets time pass until a watch is opened.</summary>
    private async Task<ScriptedWatch> NextWatchAsync()
    {
        ScriptedWatch? watch = null;
        await AdvanceUntil(() => _api.TryWatch(out watch), TimeSpan.FromSeconds(0.1));
        return watch!;
    }

    private Task AdvanceUntil(Func<bool> condition, TimeSpan? step = null) => Eventually.Passes(
        () =>
        {
            for (var i = 0; i < 4; i++)
            {
                if (condition())
                    return;
                _time.Advance(step ?? TimeSpan.FromSeconds(5));
            }

            Assert.Fail("not yet");
        },
        Cancellation);
}
