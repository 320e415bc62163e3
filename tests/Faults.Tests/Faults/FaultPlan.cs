namespace Rerank.Faults.Tests.Faults;

/// <summary>Which requests go wrong, and how. Safe for concurrent use.</summary>
internal sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];

    /// <summary>The first rule that holds for a request decides.</summary>
    /// <param name="skip">So many of the requests that it holds for are left alone first.</param>
    /// <param name="times">It then holds for so many.</param>
    public FaultPlan On(Func<Call, bool> calls, Fault fault, int skip = 0, int times = int.MaxValue) => On(calls, _ => fault, skip, times);

    /// <param name="fault">Null for a request that is left alone after all.</param>
    public FaultPlan On(Func<Call, bool> calls, Func<Call, Fault?> fault, int skip = 0, int times = int.MaxValue)
    {
        lock (_lock)
            _rules.Add(new(calls, fault, skip, times));
        return this;
    }

    /// <summary>The operator dies right after its nth write from now, pushes to routers and hosts included.</summary>
    public FaultPlan CrashAfterWrite(int n) => On(call => call.IsWrite, new Fault.Crash(), skip: n - 1, times: 1);

    public void Clear()
    {
        lock (_lock)
            _rules.Clear();
    }

    public Fault? Of(Call call)
    {
        lock (_lock)
        {
            foreach (var rule in _rules)
            {
                if (rule.Takes(call) && rule.Fault(call) is { } fault)
                    return fault;
            }

            return null;
        }
    }

    private sealed class Rule(Func<Call, bool> calls, Func<Call, Fault?> fault, int skip, int times)
    {
        private int _skip = skip;
        private int _left = times;

        public Func<Call, Fault?> Fault => fault;

        public bool Takes(Call call)
        {
            if (_left == 0 || !calls(call))
                return false;
            if (_skip > 0)
            {
                _skip--;
                return false;
            }

            _left--;
            return true;
        }
    }
}
