using Rerank.Contracts.Evidence;
using Rerank.Contracts.Routing;
using Rerank.Dialects;
using Rerank.Operator.Analysis;
using Rerank.Operator.Api;
using Rerank.Operator.Revisions;
using Rerank.Operator.Rollouts;
using Rerank.RolloutStudy.Simulation;
using Rerank.Router.Routing;
using Rerank.Router.Scoring;
using Rerank.Router.Shadow;
using Rerank.Router.Trials;
using Dice = Rerank.RolloutStudy.Simulation.Dice;

namespace Rerank.RolloutStudy.Scenarios;

/// <summary>
/// One rollout through what really decides: requests are counted by the routers' own trials, read by the operator's ledger, judged by its judge, and its state machine moves the weights. Only
/// requests, models and time are simulated, and routers follow at once.
/// </summary>
internal sealed class ScenarioRollout
{
    /// <summary>The operator looks every second. Looking less often, once there has been time to see what is plain, changes verdicts by no more than that.</summary>
    private const int SecondsBetweenLooks = 10;
    private const int SecondsBetweenLateLooks = 60;
    private const int LateAfterSeconds = 1200;

    private const double CachedSeconds = 0.001;
    private const int RepeatedOverlap = 6;

    private readonly Scenario _scenario;
    private readonly Dice _dice;
    private readonly SimulatedTime _time = new();
    private readonly Traffic _traffic;
    private readonly ArmModel _stable;
    private readonly ArmModel _candidate;
    private readonly Trial[] _routers;
    private readonly Queue<PendingFeedback>[] _feedback;
    private readonly bool _hasFeedback;
    private readonly RerankPipelineSpec _spec;
    private RevisionRoles _roles;
    private EvidenceLedger _ledger;
    private int _weight;
    private int _mirror;
    private int _epoch;
    private long _candidateRequests;

    public ScenarioRollout(Scenario scenario, ArmModels arms, ulong seed)
    {
        _scenario = scenario;
        _dice = new Dice(seed);
        _spec = SpecOf(scenario);
        _roles = SimulatedRoles.Begin($"{seed}", _time.GetUtcNow());
        var name = _roles.Candidate!.Name;
        _ledger = EvidenceLedger.Empty(name, _roles.Candidate.Rollout.Attempt);
        _traffic = new Traffic(scenario, name, _dice);
        (_stable, _candidate) = (arms.Stable, arms.Candidate);
        _routers = [.. Enumerable.Range(0, scenario.Routers).Select(_ => new Trial(name, _ledger.Attempt, _time, new TrialDice(_dice)))];
        _feedback = [.. _routers.Select(_ => new Queue<PendingFeedback>())];
        _hasFeedback = scenario.Metrics.Any(metric => metric.Type == MetricType.Feedback);
    }

    /// <summary>Runs it to its end.</summary>
    public RolloutEnd Run()
    {
        Follow();
        var stepBegan = 0;
        for (var second = 0; second < 2 * _scenario.Seconds; second++)
        {
            var tripped = RunSecond(second);
            _time.Advance(TimeSpan.FromSeconds(1));
            var between = second - stepBegan < LateAfterSeconds ? SecondsBetweenLooks : SecondsBetweenLateLooks;
            if (!tripped && (second + 1) % between != 0)
                continue;
            var before = _epoch;
            if (Look(second + 1) is { } end)
                return end;
            if (_epoch != before)
                stepBegan = second + 1;
        }

        return End(Ending.Undecided, 2 * _scenario.Seconds, "TimeOver");
    }

    private RolloutEnd End(Ending how, int seconds, string reason) => new(how, seconds, _candidateRequests, _ledger.Processes.Values.Sum(process => process.Status.Shadow.Pairs), reason);

    private RolloutEnd? Look(int second)
    {
        var now = _time.GetUtcNow();
        var arms = RolloutArms.Of(_roles)!;
        var analysis = new AnalysisResult { Verdict = Verdict.Undecided, Metrics = [] };
        if (arms.Judged is not null)
        {
            var reports = _routers.Select((router, i) => ($"router-{i}", router.Status(_ledger.Processes.GetValueOrDefault($"router-{i}")?.LastStratum ?? 0)));
            (analysis, _ledger) = Judgement.Of(_spec, arms, _ledger, reports, 0, new Dictionary<string, ExternalCounts>(), now);
        }

        var outcome = RolloutPlan.Next(_roles, SimulatedRoles.Situation(_spec.Rollout, _ledger, analysis), now);
        _roles = outcome.Roles;
        if (outcome.Decision is { } decision && SimulatedRoles.EndOf(decision, bakes: arms.Judged?.Role == RevisionRole.Stable, _scenario.BakeSeconds > 0) is var (how, reason))
            return End(how, second, reason);
        Follow();
        return null;
    }

    /// <summary>Routers get what the revisions ask for.</summary>
    private void Follow()
    {
        if (RolloutArms.Of(_roles) is not { Judged: { } judged } arms)
        {
            (_weight, _mirror) = (0, 0);
            return;
        }

        if ((_weight, _mirror, _epoch) == (arms.TrafficPermille, arms.MirrorPermille, judged.Rollout.Epoch) && _epoch > 0)
            return;
        (_weight, _mirror, _epoch) = (arms.TrafficPermille, arms.MirrorPermille, judged.Rollout.Epoch);
        var terms = new CandidateArm
        {
            Arm = new() { Revision = judged.Name, Policy = judged.Snapshot.Policy, Tiers = [] },
            Attempt = judged.Rollout.Attempt,
            Epoch = _epoch,
            TrafficPermille = _weight,
            MirrorPermille = _mirror,
            Assignment = new(),
            LatencyTests = MetricTypes.LatencyTests(_spec.Rollout.Analysis),
            FeedbackAfterSeconds = _spec.Rollout.Analysis.FeedbackAfterSeconds,
            HardLimits = MetricTypes.HardLimits(_spec.Rollout.Analysis),
        };
        foreach (var router in _routers)
            router.Take(terms);
    }

    /// <returns>Whether a router took the traffic away.</returns>
    private bool RunSecond(int second)
    {
        var tripped = false;
        for (var count = _traffic.Begin(second); count > 0; count--)
        {
            var request = _traffic.Next();
            var router = (int)(_dice.Next() % (ulong)_routers.Length);
            var trial = _routers[router];
            var arm = trial.Trip is null && request.Place < _weight ? ArmRole.Candidate : ArmRole.Stable;
            tripped |= Answer(trial, router, request, arm);
        }

        if (_hasFeedback)
            CountFeedback();
        return tripped;
    }

    private bool Answer(Trial trial, int router, in SimulatedRequest request, ArmRole arm)
    {
        var isCandidates = arm == ArmRole.Candidate;
        _candidateRequests += isCandidates ? 1 : 0;
        if (request.IsShort)
        {
            // The router's own rule says whose fault it is: of callers whose limit neither arm can make.
            var failure = new ScoreFailure(RequestErrorKind.DeadlineExceeded, "the time is up");
            if (BlameRule.Counts(BlameRule.Of(failure, new CallerTerms(ShorterLimit: TimeSpan.FromMilliseconds(1), Priority: 0), trial.AmpleTime, sharedHosts: true)))
                return Record(trial, request, arm, error: "deadline") is not null;
            return false;
        }

        var model = isCandidates ? _candidate : _stable;
        var isInvalid = isCandidates && _traffic.Hits(_scenario.Candidate.InvalidScores);
        var isError = isInvalid || _traffic.Hits(request.ErrorRate ?? Math.Min(1, model.ErrorRate + _traffic.Now.MoreErrors));
        var trip = isError
            ? Record(trial, request, arm, error: isInvalid ? "invalid_scores" : "unavailable", isInvalid: isInvalid)
            : Record(trial, request, arm, seconds: SecondsOf(request, model, isCandidates));
        if (isError)
            return trip is not null;

        if (_hasFeedback)
            Expect(router, request, arm);
        if (!request.IsSingle && _mirror > 0 && (int)Math.BigMul(_dice.Next(), 1000, out _) < _mirror)
            Compare(trial, request, arm);
        return trip is not null;
    }

    private double SecondsOf(in SimulatedRequest request, ArmModel model, bool isCandidates)
    {
        if (request.IsCached && !isCandidates)
            return CachedSeconds;
        return model.Seconds(_dice.Next()) * request.Slower * (request.IsCached ? _scenario.Requests.CachedSlower : 1);
    }

    private Trip? Record(Trial trial, in SimulatedRequest request, ArmRole arm, string? error = null, bool isInvalid = false, double seconds = 0) => trial.Record(new Observation
    {
        Arm = arm,
        Place = request.Place,
        Key = request.Key,
        Epoch = _epoch,
        Error = error,
        InvalidScores = isInvalid,
        StableAnswered = isInvalid,
        Duration = TimeSpan.FromSeconds(seconds),
        Reused = request.IsCached && arm == ArmRole.Stable,
        Incomparable = request.IsCached,
    });

    private void Compare(Trial trial, in SimulatedRequest request, ArmRole answered)
    {
        if (!trial.TryCompare(request.Content, request.Key))
            return;
        var failures = Math.Min(1, _traffic.Now.ShadowFailures + (answered == ArmRole.Stable ? _scenario.Candidate.ShadowFailures : 0));
        if (_traffic.Hits(failures))
        {
            trial.ShadowFailed(answered == ArmRole.Stable ? ArmRole.Candidate : ArmRole.Stable);
            return;
        }

        var overlap = request.Content == Traffic.Repeated ? RepeatedOverlap : _candidate.Overlap(_dice.Next());
        var share = overlap / (double)ArmModel.Places;
        trial.Compared(new Comparison(share, share, KendallTau: 1, SameFirst: true, LogitShift: null)
        {
            BestLogits = (_stable.BestScore(request.Content) + request.ScoreShift, _candidate.BestScore(request.Content) + request.ScoreShift),
        });
    }

    private void Expect(int router, in SimulatedRequest request, ArmRole arm)
    {
        var isClicked = _traffic.Hits(_traffic.ClickRate(isCandidates: arm == ArmRole.Candidate));

        // Half of the clicks are on the first document, a quarter on the second, and so on.
        var rank = 1;
        while (isClicked && rank < 10 && (_dice.Next() & 1) == 0)
            rank++;
        _feedback[router].Enqueue(new(_time.GetTimestamp(), new AnswerSample(arm, _epoch, request.Place, request.Key), new AnswerFeedback(isClicked, isClicked ? rank : 0, false, false)));
    }

    private void CountFeedback()
    {
        for (var router = 0; router < _routers.Length; router++)
        {
            while (_feedback[router].TryPeek(out var oldest) && _time.GetElapsedTime(oldest.At).TotalSeconds >= _spec.Rollout.Analysis.FeedbackAfterSeconds)
            {
                var (_, sample, known) = _feedback[router].Dequeue();
                _routers[router].FeedbackIsDue(sample, known);
            }
        }
    }

    private static RerankPipelineSpec SpecOf(Scenario scenario)
    {
        var spec = new RerankPipelineSpec();
        spec.Router.Assignment.Type = scenario.Keys is { Count: 0, BadKeys: 0 } ? AssignmentType.Random : AssignmentType.HeaderHash;
        spec.Rollout = new()
        {
            BakeSeconds = scenario.BakeSeconds,
            Steps =
            [
                .. scenario.StepsBeforeBake.Select((step, i) => new StepSpec
                {
                    Name = $"step-{i}",
                    TrafficPermille = step.TrafficPermille,
                    MirrorPermille = step.MirrorPermille,
                    MinDurationSeconds = step.Seconds,
                }),
            ],
            Analysis = new()
            {
                Metrics = [.. scenario.Metrics],

                // A scenario's end comes before.
                NoData = new() { DeadlineSeconds = int.MaxValue },
            },
        };
        return spec;
    }

    private readonly record struct PendingFeedback(long At, AnswerSample Sample, AnswerFeedback Known);

    private sealed class TrialDice(Dice dice) : IDice
    {
        public int Roll() => (int)Math.BigMul(dice.Next(), AssignmentRule.Buckets, out _);
    }
}
