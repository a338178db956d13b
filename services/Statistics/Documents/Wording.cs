using System.Globalization;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;

namespace Avvik.Statistics.Documents;

/// <summary>Numbers and moments as they are read in Norway. Spelled out here and not asked of the machine's cultures, which differ between machines.</summary>
internal static class Wording
{
    private static readonly NumberFormatInfo Numbers = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "\u00A0", NegativeSign = "\u2212", PositiveSign = "+" };

    /// <summary>What stands for a number that is hidden.</summary>
    public const string Hidden = ":";

    public static string Of(ReportCell cell, ReportColumn column) => cell switch
    {
        { IsSuppressed: true } => Hidden,
        { Number: { } number } => Number(number, column),
        _ => cell.Text ?? "",
    };

    public static string Of(KeyFigure figure) => Of(figure.Value, new(figure.Label, figure.Type, figure.Decimals));

    public static string Number(decimal number, ReportColumn column)
    {
        // A minus before what is rounded to nothing says nothing.
        var rounded = Round(number, column);
        var text = rounded.ToString(column.Type is ColumnType.Integer ? "#,0" : "#,0." + new string(column.Type is ColumnType.Mixed ? '#' : '0', column.Decimals), Numbers);
        return $"{(column.Signed && rounded > 0 ? "+" : "")}{text}{(column.Type is ColumnType.Percent ? "\u00A0%" : "")}";
    }

    /// <summary>As the column shows it: half is away from zero, as people round.</summary>
    public static decimal Round(decimal number, ReportColumn column) =>
        Math.Round(number, column.Type is ColumnType.Integer ? 0 : column.Decimals, MidpointRounding.AwayFromZero) is var rounded && rounded == 0 ? 0 : rounded;

    public static string Moment(DateTimeOffset at) => NorwegianCalendar.LocalTimeOf(at).ToString("dd.MM.yyyy 'kl.' HH.mm", CultureInfo.InvariantCulture);

    /// <summary>Which data this is, in one line: what two people compare before they compare figures.</summary>
    public static string Edition(ReportDocument document) => Texts.Report("edition", document.Period, document.Version, Moment(document.ExtractedAt));
}
