using System.Text;

namespace Rerank.Cli.Text;

/// <summary>A word or two of a table.</summary>
internal readonly record struct Cell(string Text, Tint Tint = Tint.None)
{
    public static implicit operator Cell(string? text) => new(text ?? "");
}

/// <summary>Rows whose columns stand below each other, two spaces apart.</summary>
internal sealed class Table(Style style, int indent = 2)
{
    private const string Gap = "  ";

    private readonly List<Cell[]> _rows = [];

    public Table Header(params Cell[] cells) => Row([.. cells.Select(cell => cell with { Tint = Tint.Faint })]);

    public Table Row(params Cell[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    public void WriteTo(StringBuilder text)
    {
        var columns = _rows.Count == 0 ? 0 : _rows.Max(row => row.Length);
        var widths = Enumerable.Range(0, columns).Select(column => _rows.Max(row => column < row.Length ? row[column].Text.Length : 0)).ToArray();
        foreach (var row in _rows)
        {
            // Nothing is padded after the last cell that says something.
            var last = Array.FindLastIndex(row, cell => cell.Text.Length > 0);
            text.Append(' ', indent);
            for (var column = 0; column <= last; column++)
            {
                var cell = row[column];
                text.Append(style.Apply(cell.Tint, cell.Text));
                if (column < last)
                    text.Append(' ', widths[column] - cell.Text.Length).Append(Gap);
            }

            text.Append('\n');
        }
    }
}
