namespace Rerank.Operator.Analysis.Tests;

/// <summary>What a share metric tests.</summary>
/// <param name="Share">Name of the share (<see cref="Contracts.Evidence.Shares"/>), or of the metric itself when its counts come from elsewhere.</param>
/// <param name="Margin">By how much the candidate's share may be above stable's, in [0, 1).</param>
/// <param name="Prior">What stable's share is about, before anything was seen.</param>
/// <param name="IsNominal">
/// Whether the prior is what stable's share has to be for the test to be about what the metric is about: that of a quantile. Just after a jump of the load the threshold lies in the middle of the times instead.
/// </param>
internal sealed record ShareTerms(string Share, double Margin, double Prior, bool IsNominal = false);
