using Microsoft.Extensions.Time.Testing;
using Rerank.Router.Scoring;

namespace Rerank.Router.Tests.Scoring;

public sealed class CircuitBreakerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CircuitBreaker _breaker;
    private CircuitBreaker.Ticket _ticket;

    public CircuitBreakerTests() => _breaker = new(_time);

    [Fact]
    public void Late_SomeInARow_OpensAndThenOneTries()
    {
        Open();
        Assert.Equal(CircuitBreaker.FirstPause, Refuse());

        _time.Advance(CircuitBreaker.FirstPause);

        Assert.Null(Refuse());
        Assert.NotNull(Refuse());
        _breaker.Answered();
        Assert.Null(Refuse());
        Assert.Null(Refuse());
    }

    [Fact]
    public void Late_WhileOneTries_OpensForTwiceAsLong()
    {
        Open();
        foreach (var pause in new[] { 10, 20, 40, 60, 60 })
        {
            _time.Advance(CircuitBreaker.LongestPause);
            Assert.Null(Refuse());
            Assert.Equal(TimeSpan.FromSeconds(pause), Late());
        }
    }

    [Fact]
    public void Late_AskedBeforeItOpened_OpensItForNoLonger()
    {
        Open();
        _time.Advance(TimeSpan.FromSeconds(4));

        for (var i = 0; i < 20; i++)
            Assert.Null(Late());

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Refuse());
    }

    [Fact]
    public void Answered_InBetween_KeepsItClosed()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(Late());
            Assert.Null(Late());
            _breaker.Answered();
        }

        Assert.Null(Refuse());
    }

    [Fact]
    public void Ended_WithoutAnOutcomeWhileOneTries_LetsAnotherTry()
    {
        Open();
        _time.Advance(CircuitBreaker.FirstPause);
        Assert.Null(Refuse());

        _breaker.Ended(_ticket);

        Assert.Null(Refuse());
    }

    [Fact]
    public void Late_AskedBeforeItOpenedWhileOneTries_IsNotTheOneThatTries()
    {
        Assert.Null(_breaker.Refuse(out var old));
        Open();
        _time.Advance(CircuitBreaker.FirstPause);
        Assert.Null(Refuse());

        Assert.Null(_breaker.Late(old, "only", hosts: 1));
        _breaker.Ended(old);

        Assert.NotNull(_breaker.Refuse(out _));
        Assert.Equal(2 * CircuitBreaker.FirstPause, Late());
    }

    [Fact]
    public void Late_OneHostOfSeveral_OpensNothing()
    {
        for (var i = 0; i < 50; i++)
            Assert.Null(_breaker.Late(_ticket, "one", hosts: 2));

        Assert.Equal(CircuitBreaker.FirstPause, _breaker.Late(_ticket, "other", hosts: 2));
    }

    [Fact]
    public void Late_SomeOfMany_AreTakenForAll()
    {
        for (var i = 1; i < CircuitBreaker.MostHosts; i++)
            Assert.Null(_breaker.Late(_ticket, $"host{i}", hosts: 40));

        Assert.Equal(CircuitBreaker.FirstPause, _breaker.Late(_ticket, "another", hosts: 40));
    }

    private TimeSpan? Late() => _breaker.Late(_ticket, "only", hosts: 1);

    private TimeSpan? Refuse()
    {
        var pause = _breaker.Refuse(out var ticket);
        if (pause is null)
            _ticket = ticket;
        return pause;
    }

    private void Open()
    {
        Assert.Null(Late());
        Assert.Null(Late());
        Assert.Equal(CircuitBreaker.FirstPause, Late());
    }
}
