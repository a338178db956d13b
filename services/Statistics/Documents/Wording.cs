using System.Globalization;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;

namespace Avvik.Statistics.Documents;

/// <summary>Numbers and moments as they are read in Norway. Spelled out here and not asked of the machine's cultures, which differ between machines.</summary>
internal static class Wording
{
    private static readonly NumberFormatInfo Numbers =
        new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "\u00A0", NegativeSign = "\u2212", PositiveSign = "+" };

    /// <summary>What stands for a number that is hidden, and for one that there is not.</summary>
    public const string Hidden = ":", Nothing = "–";

    /// <summary>What a symbol is read out as; null for words and numbers.</summary>
    public static string? Spoken(string text) => text switch
    {
        Hidden => Texts.Report("hidden"),
        Nothing => Texts.Report("noFigure"),
        "▲" => Texts.Report("spokenUp"),
        "▼" => Texts.Report("spokenDown"),
        "▶" => Texts.Report("spokenSame"),
        _ when text.Contains('→', StringComparison.Ordinal) => text.Replace("→", Texts.Report("spokenTo"), StringComparison.Ordinal),
        _ => null,
    };

    public static string Of(Arrow arrow) => arrow switch { Arrow.Up => "▲", Arrow.Down => "▼", Arrow.Same => "▶", _ => "" };

    public static string Of(ReportCell cell, ReportColumn column) => cell switch
    {
        { IsSuppressed: true } => Hidden,
        { Number: { } number } => Number(number, column),
        _ => cell.Text ?? "",
    };

    public static string Number(decimal number, ReportColumn column)
    {
        // A minus before what is rounded to nothing says nothing.
        var rounded = Round(number, column);
        var decimals = new string(column.Type is ColumnType.Mixed ? '#' : '0', column.Decimals);
        var text = rounded.ToString(column.Type is ColumnType.Integer ? "#,0" : "#,0." + decimals, Numbers);
        return $"{(column.Signed && rounded > 0 ? "+" : "")}{text}{(column.Type is ColumnType.Percent ? "\u00A0%" : "")}";
    }

    /// <summary>As the column shows it: half is away from zero, as people round.</summary>
    public static decimal Round(decimal number, ReportColumn column) =>
        Math.Round(number, column.Type is ColumnType.Integer ? 0 : column.Decimals, MidpointRounding.AwayFromZero) is var rounded && rounded == 0 ? 0 : rounded;

    public static string Moment(DateTimeOffset at) => NorwegianCalendar.LocalTimeOf(at).ToString("dd.MM.yyyy 'kl.' HH.mm", CultureInfo.InvariantCulture);

    /// <summary>Which data this is: what two people compare before they compare figures.</summary>
    public static string Edition(ReportDocument document) => document.Version is { } version
        ? Texts.Report("edition", version, Moment(document.ExtractedAt))
        : Texts.Report(document.IsPreliminary ? "editionOpen" : "editionSum", Moment(document.ExtractedAt));

    public static string EditionShort(ReportDocument document) => document.Version is { } version
        ? Texts.Report("editionShort", version) : Texts.Report(document.IsPreliminary ? "preliminary" : "editionShortSum");
}
