using Rerank.Contracts.Evidence;
using Rerank.Operator.Analysis.Statistics;
using Rerank.Operator.Analysis.Tests;

namespace Rerank.Operator.Analysis;

/// <summary>
/// What is known of one try of one revision, from what every router process has reported. Counters of a process only rise, a closed stratum has a number, and a restarted
/// router is another process: so nothing is counted twice, whoever dies when and however often the same report is read. Its size is bounded: processes that are gone are folded into one
/// sum, and of strata only what the tests need is kept.
/// </summary>
internal sealed record EvidenceLedger
{
    /// <summary>Processes that report no more, and can't be routers that only don't answer now, are folded beyond so many.</summary>
    private const int MostSilent = 16;

    /// <summary>Names of folded processes that are remembered, so that one that comes back isn't counted again.</summary>
    private const int MostFolded = 2000;

    public required string Revision { get; init; }

    public required int Attempt { get; init; }

    /// <summary>By process id.</summary>
    public IReadOnlyDictionary<string, ProcessLedger> Processes { get; set; } = new Dictionary<string, ProcessLedger>();

    /// <summary>Ids of processes that are folded into <see cref="Folded"/>, oldest first.</summary>
    public IReadOnlyList<string> FoldedProcesses { get; set; } = [];

    public Evidence Folded { get; set; } = Evidence.None;

    /// <summary>Places of folded processes in this epoch.</summary>
    public IReadOnlyDictionary<string, PlaceCounts> FoldedPlaces { get; set; } = new Dictionary<string, PlaceCounts>();

    /// <summary>The first trip of a folded process.</summary>
    public Trip? FoldedTrip { get; init; }

    /// <summary>Of the weights that are asked for.</summary>
    public int Epoch { get; init; }

    /// <summary>Epochs with traffic before this one.</summary>
    public int EpochsBefore { get; init; }

    public DateTimeOffset? EpochSince { get; init; }

    /// <summary>Pairs that had been compared when the epoch began.</summary>
    public long PairsBefore { get; init; }

    /// <summary>By metric, of those that test a share.</summary>
    public IReadOnlyDictionary<string, ShareTest> Tests { get; set; } = new Dictionary<string, ShareTest>();

    /// <summary>By metric with a source of its own: the counts that were read last.</summary>
    public IReadOnlyDictionary<string, SourceRead> Sources { get; set; } = new Dictionary<string, SourceRead>();

    /// <summary>By metric: when its estimate is judged next in this epoch, and how it was last.</summary>
    public IReadOnlyDictionary<string, EstimateLook> Estimates { get; set; } = new Dictionary<string, EstimateLook>();

    /// <summary>Metrics of pairs of which harm was shown at any look: it stays, as that of shares does.</summary>
    public IReadOnlyList<string> ShownHarm { get; set; } = [];

    public static EvidenceLedger Empty(string revision, int attempt) => new() { Revision = revision, Attempt = attempt };

    /// <summary>Takes reports in. Those of another revision or try are passed over, and so is what was read before.</summary>
    public EvidenceLedger With(LedgerNews news)
    {
        var ledger = InEpoch(news);
        var terms = MetricTypes.ShareTerms(news.Spec).ToDictionary(t => t.Metric, t => t.Terms, StringComparer.Ordinal);
        var tests = terms.ToDictionary(t => t.Key, t => ledger.Tests.GetValueOrDefault(t.Key) is { } known && known.Terms == t.Value ? known : ShareTest.Begin(t.Value), StringComparer.Ordinal);
        var processes = new SortedDictionary<string, ProcessLedger>(ledger.Processes.ToDictionary(), StringComparer.Ordinal);
        var reporting = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, status) in news.Reports)
        {
            if (status.Revision != Revision || status.Attempt != Attempt)
                continue;
            if (FoldedProcesses.Contains(id))
            {
                // It was thought to be gone. What it has counted is in the sum already, but that it has tripped matters.
                ledger = ledger with { FoldedTrip = First(ledger.FoldedTrip, status.Trip) };
                continue;
            }

            reporting.Add(id);
            var known = processes.GetValueOrDefault(id);
            var read = known?.LastStratum ?? 0;
            foreach (var stratum in status.Strata)
            {
                if (stratum.Number <= read)
                    continue;
                read = stratum.Number;
                foreach (var (metric, test) in terms)
                {
                    if (stratum.Shares.TryGetValue(test.Share, out var counts))
                        tests[metric] = tests[metric].With(counts, stratum.Epoch == ledger.Epoch);
                }
            }

            processes[id] = known is null || Seen(status) >= Seen(known.Status)
                ? new(status with { Strata = [], Places = Tested(status.Places, terms.Values) }, read)
                : known with { LastStratum = read };
        }

        ledger = ledger with { Processes = processes, Tests = tests };
        var levels = Levels.Of(news.Spec, news.IsByKey);
        return ledger.WithSources(news, terms).Fold(reporting, news.Unanswered).LookAtStrata(levels).LookAtPlaces(news, terms, levels);
    }

    public Evidence Total() => new()
    {
        Stable = Sums.Of([Folded.Stable, .. Processes.Values.Select(p => p.Status.Stable)]),
        Candidate = Sums.Of([Folded.Candidate, .. Processes.Values.Select(p => p.Status.Candidate)]),
        Shadow = Sums.Of([Folded.Shadow, .. Processes.Values.Select(p => p.Status.Shadow)]),
    };

    /// <summary>The first trip of a router that took the candidate's traffic away by itself. One that is shown to be the candidate's fault comes before those that aren't.</summary>
    public Trip? Trip() => First([.. Processes.Values.Select(p => p.Status.Trip), FoldedTrip]);

    /// <summary>Trials and bad ones of a share by place in this epoch; null when there are none.</summary>
    public (int[] Trials, int[] Bad)? PlacesOf(string share)
    {
        (int[] Trials, int[] Bad)? sum = null;
        var folded = FoldedPlaces.GetValueOrDefault(share);
        var counts = Processes.Values
            .Select(p => p.Status.Places is { } places && places.Epoch == Epoch ? places.Shares.GetValueOrDefault(share) : null)
            .Append(folded);
        foreach (var part in counts.OfType<PlaceCounts>())
        {
            sum ??= (new int[PlaceEvidence.Places], new int[PlaceEvidence.Places]);
            Add(sum.Value.Trials, PlaceCounts.Unpack(part.Trials));
            Add(sum.Value.Bad, PlaceCounts.Unpack(part.Bad));
        }

        return sum;
    }

    /// <summary>The same without places of processes that are there.</summary>
    public EvidenceLedger WithoutPlaces() => this with
    {
        Processes = Processes.ToDictionary(p => p.Key, p => p.Value with { Status = p.Value.Status with { Places = null } }, StringComparer.Ordinal),
    };

    /// <summary>Only what a metric tests is kept.</summary>
    private static PlaceEvidence? Tested(PlaceEvidence? places, IEnumerable<ShareTerms> terms) => places is null
        ? null
        : places with { Shares = places.Shares.Where(share => terms.Any(t => t.Share == share.Key)).ToDictionary() };

    private EvidenceLedger InEpoch(LedgerNews news)
    {
        // A clock that was set back: the epoch began now at the latest.
        if (EpochSince is { } since && news.Epoch == Epoch)
            return since > news.Now ? this with { EpochSince = news.Now } : this;
        var had = EpochSince is not null && Tests.Values.Any(t => t.EpochCounts.CandidateTrials > 0 || t.Places.Done > 0);
        return this with
        {
            Epoch = news.Epoch,
            EpochsBefore = EpochsBefore + (had ? 1 : 0),
            EpochSince = news.Now,
            PairsBefore = Total().Shadow.Pairs,
            FoldedPlaces = new Dictionary<string, PlaceCounts>(),
            Tests = Tests.ToDictionary(t => t.Key, t => t.Value.NextEpoch(news.KeepsSafety), StringComparer.Ordinal),
            Estimates = new Dictionary<string, EstimateLook>(),
        };
    }

    /// <summary>
    /// A source's counts are sums since the candidate got traffic. What came since the last look is a stratum; but what came across a change of weights isn't, and is passed over.
    /// </summary>
    private EvidenceLedger WithSources(LedgerNews news, Dictionary<string, ShareTerms> terms)
    {
        var tests = Tests.ToDictionary();
        var sources = new Dictionary<string, SourceRead>(StringComparer.Ordinal);
        foreach (var (metric, counts) in news.Sources)
        {
            var known = Sources.GetValueOrDefault(metric);
            if (!terms.ContainsKey(metric) || MetricTypes.BadOf(news.Spec, metric, counts) is not { } bad)
            {
                if (known is not null)
                    sources[metric] = known;
                continue;
            }

            if (known is not null && known.Epoch == Epoch)
            {
                var since = new ShareCounts(
                    bad.StableTrials - known.Counts.StableTrials, bad.StableBad - known.Counts.StableBad,
                    bad.CandidateTrials - known.Counts.CandidateTrials, bad.CandidateBad - known.Counts.CandidateBad);
                // An extrapolated count may fall a little: it counts again when it has caught up.
                if (since == default || Math.Min(Math.Min(since.StableTrials, since.StableBad), Math.Min(since.CandidateTrials, since.CandidateBad)) < 0)
                {
                    sources[metric] = known;
                    continue;
                }

                tests[metric] = tests[metric].With(since, isOfEpoch: true);
            }

            sources[metric] = new(Epoch, bad);
        }

        return this with { Tests = tests, Sources = sources };
    }

    /// <param name="unanswered">Routers that are there and didn't answer: any of the silent processes may be theirs.</param>
    private EvidenceLedger Fold(HashSet<string> reporting, int unanswered)
    {
        var silent = Processes.Keys.Where(id => !reporting.Contains(id)).ToList();
        var most = MostSilent + unanswered;
        if (silent.Count <= most)
            return this;

        // Those that have seen least: a router that is still there has seen more than what was replaced soon.
        var folded = silent.OrderBy(id => Seen(Processes[id].Status)).ThenBy(id => id, StringComparer.Ordinal).Take(silent.Count - most).ToList();
        var gone = folded.Select(id => Processes[id].Status).ToList();
        var places = FoldedPlaces.ToDictionary();
        foreach (var share in gone.SelectMany(status => status.Places is { } p && p.Epoch == Epoch ? p.Shares : new Dictionary<string, PlaceCounts>()))
            places[share.Key] = places.TryGetValue(share.Key, out var known) ? Sums.Of(known, share.Value) : share.Value;
        return this with
        {
            Processes = Processes.Where(p => !folded.Contains(p.Key)).ToDictionary(),
            FoldedProcesses = [.. FoldedProcesses.Concat(folded).TakeLast(MostFolded)],
            Folded = new()
            {
                Stable = Sums.Of([Folded.Stable, .. gone.Select(s => s.Stable)]),
                Candidate = Sums.Of([Folded.Candidate, .. gone.Select(s => s.Candidate)]),
                Shadow = Sums.Of([Folded.Shadow, .. gone.Select(s => s.Shadow)]),
            },
            FoldedTrip = First([.. gone.Select(s => s.Trip), FoldedTrip]),
            FoldedPlaces = places,
        };
    }

    private EvidenceLedger LookAtStrata(Levels levels) => this with
    {
        Tests = Tests.ToDictionary(t => t.Key, t => t.Value with { HarmShown = t.Value.HarmShown || t.Value.LogHarm >= -Math.Log(levels.HarmOfStrata) }, StringComparer.Ordinal),
    };

    /// <summary>When a look is due: all metrics are looked at together, once. The look is stored with the ledger, so that it is never taken twice.</summary>
    private EvidenceLedger LookAtPlaces(LedgerNews news, Dictionary<string, ShareTerms> terms, Levels levels)
    {
        if (EpochSince is not { } since || news.TrafficPermille is <= 0 or >= PlaceEvidence.Places || !news.IsByKey)
            return this;
        var tests = Tests.ToDictionary();
        foreach (var (metric, test) in Tests)
        {
            var looks = test.Places;
            if (news.Now < since + Levels.LookAt(looks.Done))
                continue;

            // Looks that nobody took are over.
            var look = looks.Done;
            while (news.Now >= since + Levels.LookAt(look + 1))
                look++;
            looks = Looked(looks, PlacesOf(terms[metric].Share), terms[metric], news, levels, look);
            tests[metric] = test with { Places = looks, HarmShown = test.HarmShown || looks.Harm <= looks.HarmLevel };
        }

        return this with { Tests = tests };
    }

    private PlaceLooks Looked(PlaceLooks looks, (int[] Trials, int[] Bad)? places, ShareTerms terms, LedgerNews news, Levels levels, int look)
    {
        looks = looks with { Done = look + 1, Harm = null, HarmLevel = null };
        if (places is not var (trials, bad))
            return looks;
        var keys = KeyCounts.Of(trials, news.TrafficPermille);
        if (keys.Fewest < KeyCounts.FewestEffective)
            return looks;
        var asked = new PlaceTest.PValues(levels.HarmOfPlaces(EpochsBefore, look), levels.SafetyOfPlaces(look));
        var seed = ((ulong)Attempt << 32) + ((ulong)Epoch << 16) + (ulong)look;
        var p = PlaceTest.Test(trials, bad, news.TrafficPermille, terms.Margin, asked, seed);

        // Either alone may be wrong: the one about rare events, the other about keys that differ.
        var alone = BlockShare.PValues(Pooled(trials, bad, news.TrafficPermille), terms.Margin);
        var (harm, safety) = (Math.Max(p.Harm, alone.Harm), Math.Max(p.Safety, alone.Safety));
        return looks with
        {
            Harm = harm,
            HarmLevel = asked.Harm,
            Safety = safety,
            SafetyShown = (news.KeepsSafety && looks.SafetyShown) || (safety <= asked.Safety && keys.Fewest >= KeyCounts.FewestToShowSafety),
        };
    }

    private static ShareCounts Pooled(int[] trials, int[] bad, int candidates)
    {
        var sum = default(ShareCounts);
        for (var i = 0; i < trials.Length; i++)
            sum = ShareTest.Sum(sum, i < candidates ? new(0, 0, trials[i], bad[i]) : new(trials[i], bad[i], 0, 0));
        return sum;
    }

    private static Trip? First(params IEnumerable<Trip?> trips) => trips.OfType<Trip>().OrderBy(t => t.IsCandidates == false).ThenBy(t => t.Time).FirstOrDefault();

    private static void Add(int[] sum, int[] part)
    {
        for (var i = 0; i < sum.Length; i++)
            sum[i] += part[i];
    }

    private static long Seen(CandidateStatus status) =>
        status.Stable.Requests + status.Candidate.Requests + status.Shadow.Pairs + status.Shadow.StableFailed + status.Stable.Feedback.Answers
        + status.Candidate.Feedback.Answers + (status.Trip is null ? 0 : 1);
}

/// <param name="Status">The last report, without its strata.</param>
/// <param name="LastStratum">Number of the last stratum that was read.</param>
internal sealed record ProcessLedger(CandidateStatus Status, long LastStratum);

/// <param name="Epoch">In which it was read.</param>
/// <param name="Counts">Sums since the candidate got traffic.</param>
internal sealed record SourceRead(int Epoch, ShareCounts Counts);

/// <param name="NextAt">Samples at which the estimate is judged next.</param>
/// <param name="WasWithin">How it was judged last.</param>
internal sealed record EstimateLook(long NextAt, bool WasWithin);

/// <summary>What a ledger takes in at one look.</summary>
internal sealed record LedgerNews
{
    public required IEnumerable<(string ProcessId, CandidateStatus Status)> Reports { get; init; }

    public required Api.AnalysisSpec Spec { get; init; }

    /// <summary>Counts of metrics that have a source of their own, by metric.</summary>
    public IReadOnlyDictionary<string, ExternalCounts> Sources { get; init; } = new Dictionary<string, ExternalCounts>();

    /// <summary>Router pods that are there and haven't answered.</summary>
    public int Unanswered { get; init; }

    /// <summary>Of the weights that the revision is to have.</summary>
    public required int Epoch { get; init; }

    public required int TrafficPermille { get; init; }

    /// <summary>Whether a key assigns requests to arms.</summary>
    public required bool IsByKey { get; init; }

    /// <summary>Whether what showed the candidate to be within its margins in the epoch before goes on counting: while it bakes.</summary>
    public bool KeepsSafety { get; init; }

    public required DateTimeOffset Now { get; init; }
}
