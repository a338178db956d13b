using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>A row of the chosen figures, and the same of the quarter it is compared with.</summary>
internal sealed record ComparedRow(string Label, StatisticsRow? Now, StatisticsRow? Before)
{
    public double? Change => Now?.Count.Value - Before?.Count.Value;
}

/// <summary>Figures of a quarter by what one chooses, filtered, and beside those of another quarter.</summary>
internal sealed class FiguresModel(IAvvikClient client, Places places, Browser.Choices choices, Me me, Text text) : PageModel
{
    public static readonly string[] Dimensions = ["category", "kind", "harm", "patientGroup", "clause", "direction", "municipality", "unit", "state"];

    [BindProperty(SupportsGet = true, Name = "quarter")]
    public string? Quarter { get; set; }
    [BindProperty(SupportsGet = true, Name = "compare")]
    public string? Compare { get; set; }
    [BindProperty(SupportsGet = true, Name = "by")]
    public string? By { get; set; }
    [BindProperty(SupportsGet = true, Name = "category")]
    public string? Category { get; set; }
    [BindProperty(SupportsGet = true, Name = "municipality")]
    public string? Municipality { get; set; }
    [BindProperty(SupportsGet = true, Name = "direction")]
    public string? Direction { get; set; }
    [BindProperty(SupportsGet = true, Name = "patientGroup")]
    public string? PatientGroup { get; set; }
    [BindProperty(SupportsGet = true, Name = "scope")]
    public string? Scope { get; set; }

    public PlaceNames Names { get; private set; } = null!;
    public IReadOnlyList<ComparedRow> Rows { get; private set; } = [];
    public ComparedRow? Total { get; private set; }
    /// <summary>Of the caller's own deviations; null for the community's.</summary>
    public PatientFigures? Patients { get; private set; }
    /// <summary>Of the caller's own deviations with harm; null for the community's.</summary>
    public PatientInformationFigures? Informed { get; private set; }
    public System.Globalization.CultureInfo Culture => choices.Culture;
    public bool HasOwn => me.Is(Roles.Coordinator, Roles.Secretariat, Roles.Handler, Roles.UnitLeader);
    public bool IsCompared => !string.IsNullOrEmpty(Compare);

    public IEnumerable<SelectListItem> Quarters => Choice.Quarters(text.Today).Select(q => new SelectListItem(Name(q), q));
    public IEnumerable<SelectListItem> OtherQuarters => Quarters.Prepend(new(text["statistics.compareNone"], ""));
    public IEnumerable<SelectListItem> Breakdowns => Dimensions.Select(d => new SelectListItem(text[$"statistics.by.{d}"], d));
    public IEnumerable<SelectListItem> Scopes => [new(text["statistics.scope.community"], ""), new(text["statistics.scope.own"], "own")];
    public IEnumerable<SelectListItem> Categories => text.SortedOptions("categories", Vocabulary.Categories.Keys, text["statistics.all"]);
    public IEnumerable<SelectListItem> Directions => text.Options("directions", Vocabulary.Directions.Keys, text["statistics.all"]);
    public IEnumerable<SelectListItem> PatientGroups => text.Options("patientGroups", Vocabulary.PatientGroups.Keys, text["statistics.all"]);

    public IEnumerable<SelectListItem> Municipalities =>
        [new(text["statistics.all"], ""), .. (Names.CommunityOf(me.Organization)?.Regions ?? [])
            .SelectMany(r => r.Municipalities).Where(m => m.Number is not null)
            .OrderBy(m => m.Name, text.Sorting).Select(m => new SelectListItem(m.Name, m.Number))];

    public string Name(string quarter) => Choice.Name(quarter, text);

    public string Show(Figure? figure) => figure.Show(choices.Culture);

    public string ShowChange(ComparedRow row) => row.Change is { } change ? change.ToString("+#,0;−#,0;0", choices.Culture) : "–";

    public async Task OnGetAsync(CancellationToken ct)
    {
        Names = await places.GetAsync(ct);
        var known = Choice.Quarters(text.Today).ToList();
        if (!known.Contains(Quarter ?? "", StringComparer.Ordinal)) Quarter = known[1];
        if (!known.Contains(Compare ?? "", StringComparer.Ordinal) || Compare == Quarter) Compare = null;
        if (!Dimensions.Contains(By, StringComparer.Ordinal)) By = Dimensions[0];
        if (Scope != "own" || !HasOwn) Scope = null;
        try
        {
            var (now, before) = (client.GetStatisticsAsync(Query(Quarter!), ct), IsCompared ? client.GetStatisticsAsync(Query(Compare!), ct) : null);
            var (shown, other) = (await now, before is null ? null : await before);
            var earlier = other?.Rows.ToDictionary(CodeOf, StringComparer.Ordinal);
            Rows = [.. shown.Rows.Select(r => new ComparedRow(Label(CodeOf(r)), r, earlier?.GetValueOrDefault(CodeOf(r))))
                .Concat((other?.Rows ?? []).Where(r => !shown.Rows.Any(s => CodeOf(s) == CodeOf(r))).Select(r => new ComparedRow(Label(CodeOf(r)), null, r)))
                .OrderByDescending(r => r.Now?.Count.Value ?? -1).ThenBy(r => r.Label, text.Sorting)];
            Patients = shown.Patients;
            if (Scope == "own") Informed = await client.GetPatientInformationAsync(Query(Quarter!) with { Scope = null, By = null }, ct);
            Total = new ComparedRow(text["statistics.sum"], shown.Total, other?.Total);
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal() || problem.Status == System.Net.HttpStatusCode.NotFound)
        {
            ModelState.AddProblem(problem, names: new Dictionary<string, string>(StringComparer.Ordinal) { ["/by"] = "by" });
        }
    }

    private StatisticsQuery Query(string quarter)
    {
        var first = Choice.FirstDay(quarter);
        return new StatisticsQuery
        {
            Scope = Scope ?? "community",
            From = first,
            To = first.AddMonths(3).AddDays(-1) is var last && last > text.Today ? text.Today : last,
            By = [By!],
            Category = One(Category),
            Municipality = One(Municipality),
            Direction = One(Direction),
            PatientGroup = One(PatientGroup),
        };
    }

    private static string[]? One(string? code) => string.IsNullOrEmpty(code) ? null : [code];

    private string CodeOf(StatisticsRow row) => row.Dimensions is { } dimensions && dimensions.TryGetValue(By!, out var value) ? value.ToString() : "";

    private string Label(string code) => code.Length == 0 ? text["common.notGiven"] : By switch
    {
        "municipality" => Names.Parties.FirstOrDefault(p => p.Number == code)?.Name ?? code,
        "unit" => Names.Unit(code),
        "clause" => text.Clause(code),
        "category" => text.Code("categories", code),
        "kind" => text.Code("kinds", code),
        "harm" => text.Code("harm", code),
        "patientGroup" => text.Code("patientGroups", code),
        "direction" => text.Code("directions", code),
        _ => text.Code("caseStates", code),
    };
}
