using System.Globalization;
using Avvik.Client;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>Which report: one of a health community's, as its path under <c>/api/v1/reports</c>.</summary>
internal static class Choice
{
    private const int QuartersBack = 12, YearsBack = 4;

    /// <summary>Quarters and years of the community, regions and patient groups by year, agreements: what the meetings get.</summary>
    public static IEnumerable<SelectListItem> Of(DirectoryCommunity community, Text text)
    {
        var (quarters, years, regions, groups, agreements) =
            (Group(text["statistics.quarters"]), Group(text["statistics.years"]), Group(text["statistics.regions"]), Group(text["statistics.groups"]),
            Group(text["statistics.agreements"]));
        foreach (var quarter in Quarters(text.Today)) yield return Item(quarter, Name(quarter, text), quarters);
        var lastYear = text.Today.Year - 1;
        for (var year = lastYear; year > lastYear - YearsBack; year--) yield return Item(Number(year), Number(year), years);
        foreach (var region in community.Regions) yield return Item($"regions/{region.Code}/{lastYear}", $"{region.Name} {lastYear}", regions);
        foreach (var group in Avvik.Contracts.Vocabulary.PatientGroups.Keys.Where(g => g is not ("none" or "unknown")))
            yield return Item($"patient-groups/{group}/{lastYear}", $"{text.Code("patientGroups", group)} {lastYear}", groups);
        foreach (var agreement in community.Agreements) yield return Item($"agreements/{agreement.Code}", agreement.Name, agreements);
    }

    /// <summary>From the one before this, which is the newest that is over, and this one last among the newest.</summary>
    public static IEnumerable<string> Quarters(DateOnly today)
    {
        var now = today.Year * 4 + (today.Month - 1) / 3;
        for (var quarter = now; quarter > now - QuartersBack; quarter--)
            yield return string.Create(CultureInfo.InvariantCulture, $"{quarter / 4}-Q{quarter % 4 + 1}");
    }

    /// <summary>As in «3. kvartal 2026».</summary>
    public static string Name(string quarter, Text text) => text["statistics.quarter", quarter[^1..], quarter[..4]];

    /// <summary>The first day of a quarter.</summary>
    public static DateOnly FirstDay(string quarter) => new(int.Parse(quarter[..4], CultureInfo.InvariantCulture), (quarter[^1] - '1') * 3 + 1, 1);

    public static bool IsQuarter(string path) => path.Length == 7 && path[4..6] == "-Q";

    private static SelectListGroup Group(string name) => new() { Name = name };
    private static SelectListItem Item(string value, string text, SelectListGroup group) => new(text, value) { Group = group };
    private static string Number(int year) => year.ToString(CultureInfo.InvariantCulture);
}
