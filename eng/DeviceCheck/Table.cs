using System.Text;

namespace Rerank.DeviceCheck;

/// <summary>What one check found, as Markdown. Its last column says whether that is right.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public int Failures { get; private set; }

    public int Rows => _rows.Count;

    /// <param name="passed">Null: nothing is demanded here.</param>
    public void Add(bool? passed, params FormattableString[] cells)
    {
        _rows.Add([.. cells.Select(FormattableString.Invariant), passed switch { true => "ok", false => "FAILED", null => "" }]);
        if (passed == false)
            Failures++;
    }

    public string Print()
    {
        var text = new StringBuilder($"\n== {title}\n| {string.Join(" | ", columns)} | |\n|{string.Concat(columns.Select(_ => "---|"))}---|\n");
        foreach (var row in _rows)
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        return text.ToString();
    }
}
