namespace Rerank.Cli.Text;

internal enum Tint
{
    None,
    Good,
    Bad,
    Uncertain,
    Faint,
    Strong,
}

/// <summary>Colours, where the output may have any.</summary>
internal readonly record struct Style(bool UsesColour)
{
    public static readonly Style Plain = new(UsesColour: false);

    public string Apply(Tint tint, string text) => !UsesColour || tint == Tint.None ? text : $"\e[{Code(tint)}m{text}\e[0m";

    public string Heading(string text) => Apply(Tint.Strong, text);

    public static Tint OfVerdict(string? verdict) => verdict switch
    {
        "Pass" or "Promoted" => Tint.Good,
        "Fail" or "Rejected" => Tint.Bad,
        _ => Tint.Uncertain,
    };

    private static string Code(Tint tint) => tint switch
    {
        Tint.Good => "32",
        Tint.Bad => "31",
        Tint.Uncertain => "33",
        Tint.Faint => "2",
        _ => "1",
    };
}
