using Avvik.Contracts;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Reports;

/// <summary>The bokmål word of what a row counts.</summary>
internal static class Labels
{
    public static string Of(string table, string? code, HealthCommunity community) => code is null ? Texts.Report("rowNotGiven") : table switch
    {
        "status" or "course" => Texts.Report($"row{Capital(code)}"),
        "measureState" => Texts.Report($"measure{Capital(code)}"),
        _ => Dimension.Named(table)?.Label(code, community) ?? code,
    };

    /// <summary>The name of a party or a unit.</summary>
    public static string Of(string subject, HealthCommunity community) =>
        Dimension.Respondent.Label(subject, community) ?? Dimension.Unit.Label(subject, community) ?? subject;

    /// <summary>«3. kvartal 2026», or the year.</summary>
    public static string Period(string period) => period.Split("-Q") is [var year, var quarter] ? Texts.Report("quarterOfYear", quarter, year) : period;

    /// <summary>As it begins a longer code: <c>direction</c> in <c>tableDirection</c>.</summary>
    public static string Capital(string code) => $"{char.ToUpperInvariant(code[0])}{code[1..]}";
}
