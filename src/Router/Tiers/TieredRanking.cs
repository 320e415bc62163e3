using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Tiers.Cache;

namespace Rerank.Router.Tiers;

/// <summary>The state of one request's ranking: which tier has scored which of its documents, and what that took.</summary>
internal sealed class TieredRanking
{
    /// <summary>The tier's name in answers that no tier gave: the documents in the order of the request.</summary>
    public const string NoTier = "none";

    private readonly ServingArm _arm;
    private readonly PairScore[] _scores;
    private readonly int[] _tiers;
    private readonly ScoreSource[] _sources;
    private readonly List<TierTiming> _timings = [];
    private readonly List<KeyValuePair<PairKey, PairScore>> _fresh = [];
    private bool _modelAsked;
    private bool _reused;
    private bool _invalidScores;
    private int _pairsScored;
    private int _tokensFed;
    private TimeSpan _waited;
    private int _escalated;

    public TieredRanking(ServingArm arm, RankingSubject subject)
    {
        _arm = arm;
        Subject = subject;
        _scores = new PairScore[Subject.PassageCount];
        _tiers = new int[_scores.Length];
        _sources = new ScoreSource[_scores.Length];
        Array.Fill(_tiers, Ranking.NoTier);
    }

    public RankingSubject Subject { get; }

    /// <summary>What was not in the cache.</summary>
    public IReadOnlyList<KeyValuePair<PairKey, PairScore>> Fresh => _fresh;

    private RerankRequest Request => Subject.Request;

    /// <summary>Whether the cache has the full model's score of every pair, so that no other is needed.</summary>
    public async ValueTask<bool> TryFinishFromCacheAsync(CancellationToken cancellationToken)
    {
        if (_arm.Cache is not { } cache || _arm.Tiers.Count == 1)
            return false;

        var decides = _arm.Tiers[^1].Model;
        var keys = Subject.Keys(cache.Pairs.Origins.NameOf(decides.Digest, decides.Cluster));
        var cached = new PairScore[keys.Length];
        var sources = new ScoreSource[keys.Length];
        await cache.Pairs.GetManyAsync(keys, cache.TtlSeconds, cached, sources, cancellationToken);
        if (sources.Contains(ScoreSource.None))
            return false;

        cached.CopyTo(_scores, 0);
        sources.CopyTo(_sources, 0);
        Array.Fill(_tiers, _arm.Tiers.Count - 1);
        _reused = true;
        return true;
    }

    /// <summary>Passages of documents, each once.</summary>
    public int[] SlotsOf(int[] documents)
    {
        var slots = new List<int>(documents.Length);
        var seen = new bool[Subject.PassageCount];
        foreach (var document in documents)
        {
            var slot = Subject.Slots[document];
            if (seen[slot])
                continue;
            seen[slot] = true;
            slots.Add(slot);
        }

        return [.. slots];
    }

    public void Time(string tier, TimeSpan duration) => _timings.Add(new TierTiming(tier, duration));

    public void Take(int tier, int[] slots, TierScores scores)
    {
        _modelAsked |= scores.FromModel;
        _reused |= scores.Asked < slots.Length;
        _pairsScored += scores.Asked;
        _waited += scores.Waited;
        _fresh.AddRange(scores.New);
        for (var i = 0; i < slots.Length; i++)
        {
            _scores[slots[i]] = scores.Scores[i];
            _sources[slots[i]] = scores.Sources[i];
            _tokensFed += scores.Sources[i] == ScoreSource.Model ? scores.Scores[i].Tokens : 0;
            _tiers[slots[i]] = tier;
        }
    }

    public void Failed(ScoreFailure failure) => _invalidScores |= failure.InvalidScores;

    /// <summary>
    /// What goes on in place of a tier that has too much to do or is late: as many documents as its rule usually hands on, those that the caller's retriever liked best. With all of them the
    /// next tier, which is dearer, would be overloaded as well.
    /// </summary>
    public int[] Shed(int tier, int[] documents) =>
        documents.Length <= MostShed(tier) ? documents : documents[..(int)MostShed(tier)];

    private long MostShed(int tier) => 2L * EscalationRule.Places(_arm.Tiers[tier].Model.Escalation!, Request.TopN);

    /// <summary>Those of a tier's documents that its rule hands on.</summary>
    public int[] Escalate(int tier, int[] documents)
    {
        var logits = new float[documents.Length];
        for (var i = 0; i < logits.Length; i++)
            logits[i] = _scores[Subject.Slots[documents[i]]].Logit;

        var chosen = EscalationRule.Select(logits, _arm.Tiers[tier].Model.Escalation!, Request.TopN);
        return Array.ConvertAll(chosen, position => documents[position]);
    }

    public void Escalated(int documents) => _escalated = Math.Max(_escalated, documents);

    /// <param name="failure">Why the tier that should have decided gave no scores; null when it did.</param>
    /// <exception cref="RequestException">There is no answer: a <see cref="RankingException"/> unless the reason is in the request.</exception>
    public RankingOutcome Finish(ScoreFailure? failure)
    {
        var highest = _tiers.Max();
        if (failure is not null && !MayDegrade(failure, highest))
            throw Failure(failure);
        CheckTexts();

        var documents = new DocumentScore[Request.Documents.Count];
        for (var i = 0; i < documents.Length; i++)
            documents[i] = new DocumentScore(_tiers[Subject.Slots[i]], _scores[Subject.Slots[i]].Logit);

        var order = Ranking.Order(documents);
        var results = Ranking.Show(order, documents, _arm.Activations, Request.RawScores, Request.TopN ?? documents.Length);
        AddTokens(results);
        return new RankingOutcome
        {
            Results = results,
            Tier = highest == Ranking.NoTier ? NoTier : _modelAsked || failure is not null ? _arm.Tiers[highest].Name : _arm.Cache!.Name,
            Model = highest == Ranking.NoTier ? NoTier : _arm.Tiers[highest].Model.Model,
            Failure = failure is null ? null : Whole(failure),
            Tokens = TokensOf(documents, onlyReused: false),
            ReusedTokens = TokensOf(documents, onlyReused: true),
            TokensFed = _tokensFed,
            Escalated = _escalated,
            Judgement = new Judgement(order, documents, Subject.Slots, Subject.PassageCount, LastTier: _arm.Tiers.Count - 1),
            PairsScored = _pairsScored,
            Reused = _reused,
            InvalidScores = _invalidScores,
            Waited = _waited,
            Timings = _timings,
            New = _fresh,
        };
    }

    /// <summary>Whether the policy ever allows an answer that is less than it should be.</summary>
    public bool MayDegrade() => _arm.Policy.FailurePolicy != FailurePolicy.Fail;

    public RankingException Failure(ScoreFailure failure) => new(Whole(failure));

    /// <summary>Scores that aren't finite are told of, whichever tier gave them.</summary>
    private ScoreFailure Whole(ScoreFailure failure) => failure with { InvalidScores = failure.InvalidScores || _invalidScores };

    private bool MayDegrade(ScoreFailure failure, int highest) => _arm.Policy.FailurePolicy switch
    {
        FailurePolicy.ServeLowerTier => highest != Ranking.NoTier,
        FailurePolicy.InputOrder => highest != Ranking.NoTier || failure.Kind != RequestErrorKind.Invalid,
        _ => false,
    };

    /// <summary>Of all documents, as the model read them that decided about each.</summary>
    private int TokensOf(DocumentScore[] documents, bool onlyReused)
    {
        var tokens = 0;
        for (var i = 0; i < documents.Length; i++)
        {
            var slot = Subject.Slots[i];
            if (documents[i].Tier != Ranking.NoTier && !(onlyReused && _sources[slot] == ScoreSource.Model))
                tokens += _scores[slot].Tokens;
        }

        return tokens;
    }

    /// <summary>How much the model that a result's score is from read of it.</summary>
    private void AddTokens(RankedDocument[] results)
    {
        foreach (ref var result in results.AsSpan())
        {
            var slot = Subject.Slots[result.Index];
            if (_tiers[slot] != Ranking.NoTier)
                result = result with { Tokens = _scores[slot].Tokens, TotalTokens = _scores[slot].TotalTokens, Truncated = _scores[slot].Truncated };
        }
    }

    /// <exception cref="RequestException">A text was cut that must not be.</exception>
    private void CheckTexts()
    {
        for (var document = 0; document < Subject.Slots.Length; document++)
        {
            var slot = Subject.Slots[document];
            if (_tiers[slot] != Ranking.NoTier)
                ScoredText.Check(Request, document, _scores[slot].Tokens, _scores[slot].TotalTokens, _scores[slot].Truncated);
        }
    }
}
