using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Worklist;

/// <summary>The cases one may see, soonest due first. Every filter is in the address, so a view can be kept, sent and come back to.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, Preferences preferences, Me me, Text text) : PageModel
{
    private const int MostNews = 100, MostViews = 20, LongestViewName = 60;
    private const string ViewsName = "worklist-views";

    [BindProperty(SupportsGet = true, Name = "unit")]
    public string? Unit { get; set; }
    [BindProperty(SupportsGet = true, Name = "state")]
    public string? State { get; set; }
    [BindProperty(SupportsGet = true, Name = "category")]
    public string? Category { get; set; }
    [BindProperty(SupportsGet = true, Name = "overdue")]
    public bool? Overdue { get; set; }
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Q { get; set; }
    [BindProperty(SupportsGet = true, Name = "sort")]
    public string? Sort { get; set; }
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Me Me => me;
    public PlaceNames Names { get; private set; } = null!;
    public Page<CaseRow> Cases { get; private set; } = null!;
    public CaseCounts Counts { get; private set; } = null!;
    public IReadOnlyList<SavedView> Views { get; private set; } = [];
    public string FeedCursor { get; private set; } = "";
    public IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>What was posted and could not be done: it stands in the form again.</summary>
    public IReadOnlyList<string> Selected { get; private set; } = [];
    public string? To { get; private set; }
    public string? Reason { get; private set; }

    public bool MayHandle => me.Is(Roles.Handler, Roles.Coordinator, Roles.UnitLeader);
    public bool IsFiltered => State is not null || Category is not null || Overdue is not null || !string.IsNullOrEmpty(Q);
    public bool IsWholeParty => Unit == Everything;
    public Pager Pager => new(Request, Cases.NextCursor);

    /// <summary>In the address, where no unit means one's own.</summary>
    public const string Everything = "all";

    private string? AskedUnit => Unit switch { Everything => null, null or "" => me.Acting.Unit, var code => code };

    public IEnumerable<SelectListItem> Units =>
        OwnUnits.Options(text["worklist.everything"], Everything);

    /// <summary>To whom a case can be transferred: open units of one's own party.</summary>
    public IEnumerable<DirectoryUnit> OwnUnits => Names.OpenUnits(me.Organization, text);

    public IEnumerable<SelectListItem> Categories =>
        text.SortedOptions("categories", Vocabulary.Categories.Keys, text["worklist.anyCategory"]);

    public IEnumerable<SelectListItem> Sortings =>
        [new(text["worklist.sort.dueAt"], ""), new(text["worklist.sort.receivedAt"], "-receivedAt"), new(text["worklist.sort.actualHarm"], "-actualHarm")];

    public string UnitShown => AskedUnit ?? Everything;

    /// <summary>The other party of a case, as one sees it.</summary>
    public string Other(CaseRow row) => Names.Party(row.ReporterOrganization == me.Organization ? row.RespondentOrganization : row.ReporterOrganization);

    public bool IsSelected(CaseRow row) => Selected.Any(s => s.StartsWith($"{row.Id} ", StringComparison.Ordinal));

    public bool IsOurs(CaseRow row) => row.RespondentOrganization == me.Organization;

    /// <summary>The filters as they are, for the forms of the page.</summary>
    public IDictionary<string, string> Filters => FiltersWith(State, Overdue);

    /// <summary>The address with other filters; a page further on belongs to the filters it was found with.</summary>
    public string With(string? state, bool? overdue) =>
        "/worklist" + QueryString.Create(FiltersWith(state, overdue).Select(f => KeyValuePair.Create(f.Key, (string?)f.Value)));

    private Dictionary<string, string> FiltersWith(string? state, bool? overdue) => new (string Name, string? Value)[]
    {
        ("unit", Unit), ("state", state), ("category", Category), ("overdue", overdue is true ? "true" : null), ("q", Q), ("sort", Sort),
    }.Where(f => !string.IsNullOrEmpty(f.Value)).ToDictionary(f => f.Name, f => f.Value!, StringComparer.Ordinal);

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    /// <summary>How many cases have changed since the page was shown: a line of its own, so that nothing one reads is moved.</summary>
    public async Task<IActionResult> OnGetNewsAsync(string after, CancellationToken ct)
    {
        var changes = await client.ListChangesAsync(new ChangeQuery { Cursor = after, Limit = MostNews }, ct);
        var count = changes.Items.Where(c => AskedUnit is null || c.Unit == AskedUnit).Select(c => c.Id).Distinct().Count();
        return Partial("_News", new News(count, count >= MostNews, Request.Path + With(State, Overdue)[9..]));
    }

    public Task<IActionResult> OnPostAcknowledgeAsync(string[] selected, CancellationToken ct) =>
        ActOnEachAsync(selected, "acknowledge", "worklist.acknowledged", _ => new CaseAction(), ct);

    public async Task<IActionResult> OnPostTransferAsync(string[] selected, string? to, string? reason, CancellationToken ct)
    {
        (Selected, To, Reason) = (selected, to, reason);
        if (selected.Length == 0) ModelState.AddModelError("cases", text["worklist.noneSelected"]);
        if (string.IsNullOrEmpty(to)) ModelState.AddModelError("to", text["worklist.unitNeeded"]);
        if (string.IsNullOrWhiteSpace(reason)) ModelState.AddModelError("reason", text["worklist.reasonNeeded"]);
        if (ModelState.IsValid) return await ActOnEachAsync(selected, "transfer", "worklist.transferred",
            _ => new CaseAction { Unit = to, Reason = reason }, ct);
        await ReadAsync(ct);
        return Page();
    }

    public Task<IActionResult> OnPostKeepViewAsync(string? name, CancellationToken ct) =>
        ChangeViewsAsync(views => string.IsNullOrWhiteSpace(name) ? views
            : [.. views.Where(v => v.Name != Shortened(name)).Append(new SavedView(Shortened(name), With(State, Overdue))).TakeLast(MostViews)], ct);

    public Task<IActionResult> OnPostForgetViewAsync(string name, CancellationToken ct) => ChangeViewsAsync(views => [.. views.Where(v => v.Name != name)], ct);

    private async Task<IActionResult> ChangeViewsAsync(Func<SavedView[], SavedView[]> change, CancellationToken ct)
    {
        await preferences.SaveAsync(ViewsName, change(await preferences.FindAsync<SavedView[]>(ViewsName, ct) ?? []), ct);
        return Redirect(With(State, Overdue));
    }

    private static string Shortened(string name) => name.Trim()[..Math.Min(name.Trim().Length, LongestViewName)];

    /// <summary>One after the other, each as it was when it was shown: what a colleague has changed since is left alone and named.</summary>
    private async Task<IActionResult> ActOnEachAsync(string[] selected, string action, string done, Func<Guid, CaseAction> body, CancellationToken ct)
    {
        if (selected.Length == 0) ModelState.AddModelError("cases", text["worklist.noneSelected"]);
        var (succeeded, refused) = (0, new List<string>());
        foreach (var choice in selected)
        {
            if (choice.Split(' ') is not [var id, var version, var reference] || !Guid.TryParse(id, out var caseId)
                || !int.TryParse(version, CultureInfo.InvariantCulture, out var shown))
                continue;
            try
            {
                await client.ActAsync(caseId, shown, action, body(caseId), ct);
                succeeded++;
            }
            catch (AvvikProblemException problem) when ((int)problem.Status is >= 400 and < 500 && problem.Status != System.Net.HttpStatusCode.Unauthorized)
            {
                refused.Add($"{reference}: {(problem.Errors is [var error, ..] ? error.Message : problem.Title)}");
            }
        }
        if (succeeded > 0) TempData["notice"] = text.Count(done, succeeded);
        if (refused.Count == 0 && ModelState.IsValid) return Redirect(With(State, Overdue));
        Refused = refused;
        await ReadAsync(ct);
        return Page();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var query = new CaseQuery
        {
            Unit = AskedUnit,
            State = State.TrimToNull(),
            Category = Category.TrimToNull(),
            Overdue = Overdue is true ? true : null,
            Q = Q.TrimToNull(),
            Sort = Sort.TrimToNull(),
            Cursor = Cursor.TrimToNull(),
        };
        var (names, cases, counts, feed, kept) = (
            places.GetAsync(ct), client.ListCasesAsync(query, ct), client.CountCasesAsync(new CaseCountQuery { Unit = AskedUnit }, ct),
            client.ListChangesAsync(new ChangeQuery { Cursor = "latest" }, ct), preferences.FindAsync<SavedView[]>(ViewsName, ct));
        Names = await names;
        Cases = await cases;
        Counts = await counts;
        FeedCursor = (await feed).NextCursor;
        Views = await kept ?? [];
    }
}

/// <summary>What has happened since the page was shown.</summary>
internal sealed record News(int Count, bool OrMore, string Address);
