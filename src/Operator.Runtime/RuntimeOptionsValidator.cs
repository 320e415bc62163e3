using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Rerank.Operator.Runtime;

internal sealed partial class RuntimeOptionsValidator : IValidateOptions<RuntimeOptions>
{
    public ValidateOptionsResult Validate(string? name, RuntimeOptions options)
    {
        var problems = new ValidateOptionsResultBuilder();

        if (!DnsLabel().IsMatch(options.Name))
            problems.AddError("must be a DNS label", nameof(options.Name));
        if (options.Namespace is not null && !DnsLabel().IsMatch(options.Namespace))
            problems.AddError("must be a DNS label", nameof(options.Namespace));
        if (options.MaxConcurrentReconciles is < 1 or > 64)
            problems.AddError("must be from 1 to 64", nameof(options.MaxConcurrentReconciles));
        Within(options.ResyncPeriod, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(options.ResyncPeriod), problems);
        Within(options.ReconcileTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(options.ReconcileTimeout), problems);
        Within(options.SyncTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(options.SyncTimeout), problems);
        Within(options.Backoff.Initial, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), "Backoff.Initial", problems);
        Within(options.Backoff.Max, options.Backoff.Initial, TimeSpan.FromHours(1), "Backoff.Max", problems);
        if (options.LeaderElection.Enabled)
            Validate(options.LeaderElection, problems);

        return problems.Build();
    }

    private static void Validate(LeaderElectionOptions options, ValidateOptionsResultBuilder problems)
    {
        if (options.Namespace is not null && !DnsLabel().IsMatch(options.Namespace))
            problems.AddError("must be a DNS label", "LeaderElection.Namespace");
        if (options.RetryPeriod < TimeSpan.FromMilliseconds(100))
            problems.AddError("must be at least 100 ms", "LeaderElection.RetryPeriod");
        if (options.RenewDeadline <= options.RetryPeriod)
            problems.AddError("must be longer than LeaderElection.RetryPeriod", "LeaderElection.RenewDeadline");
        if (options.LeaseDuration <= options.RenewDeadline)
            problems.AddError("must be longer than LeaderElection.RenewDeadline", "LeaderElection.LeaseDuration");
    }

    private static void Within(TimeSpan value, TimeSpan min, TimeSpan max, string name, ValidateOptionsResultBuilder problems)
    {
        if (value < min || value > max)
            problems.AddError($"must be from {min} to {max}", name);
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\z")]
    private static partial Regex DnsLabel();
}
