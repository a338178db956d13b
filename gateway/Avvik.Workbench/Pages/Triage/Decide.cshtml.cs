using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Triage;

/// <summary>A decision as it is typed.</summary>
internal sealed class DecisionInput
{
    public string? Decision { get; set; }
    public string? Category { get; set; }
    public string? Clause { get; set; }
    public string? ActualHarm { get; set; }
    public string? Unit { get; set; }
    public string? ReasonCode { get; set; }
    public string? Comment { get; set; }
    public string? Question { get; set; }
    public Guid? MainCase { get; set; }
    public bool IdentityCleared { get; set; }
}

/// <summary>Something that the deviation may repeat: both texts stand side by side.</summary>
internal sealed record PossibleDuplicate(Guid Id, string Reference, string Party, DateTimeOffset ReceivedAt, string Narrative, bool CanBeMain);

/// <summary>One deviation at a time: what it says, why it waits, what it seems to be, and the decision; then the next.</summary>
internal sealed class DecideModel(IAvvikClient client, Queue queue, Places places, Me me, Text text) : PageModel
{
    private const int MostDuplicates = 3;
    private IReadOnlyList<TriageItem> _waiting = [];

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }
    [BindProperty]
    public DecisionInput Input { get; set; } = new();

    public TriageItem Item { get; private set; } = null!;
    public IReadOnlyList<PossibleDuplicate> PossibleDuplicates { get; private set; } = [];
    public PlaceNames Names { get; private set; } = null!;
    public Guid? Next { get; private set; }
    public Guid? Previous { get; private set; }
    public int Number { get; private set; }
    public int Waiting { get; private set; }

    public bool MayIdentify => Item.Flags.Any(f => f.Code == "possibleIdentity");
    /// <summary>Nothing to decide until the reporter has answered; what was routed by itself can still be looked at and merged.</summary>
    public bool AwaitsReporter => Item.State == "awaitingReporter";

    public IEnumerable<SelectListItem> Categories =>
        text.SortedOptions("categories", Vocabulary.Categories.Keys, text["triage.chooseCategory"]);

    public IEnumerable<SelectListItem> Clauses =>
        text.Options(Names.Clauses(Item.Community, Item.Agreement?.Code, Item.OccurredOn), text["triage.clauseOfCategory"]);

    /// <summary>False of a party that does not use Avvik: none of its units gets anything here.</summary>
    public bool HasUnits => Item.RespondentOrganization == me.Organization;

    public IEnumerable<SelectListItem> Units => Names.OpenUnits(me.Organization, text).Options(text["triage.byRules"]);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!await ReadAsync(ct)) return NotFound();
        Input.Category = Item.Category ?? (Item.Suggestions is [var best, ..] ? best.Category : null);
        Input.ActualHarm = Item.ActualHarm;
        Input.Decision = "route";
        return await ShowAsync(ct);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (!await ReadAsync(ct))
        {
            TempData["notice"] = text["triage.goneAlready"];
            return RedirectToPage("Index");
        }
        try
        {
            var outcome = await client.DecideAsync(Id, Decision(), ct);
            TempData["notice"] = text.Warned(text[$"triage.done.{Input.Decision}", Item.Reference], outcome);
            return Next is { } next ? RedirectToPage(new { id = next }) : RedirectToPage("Index");
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            ModelState.AddProblem(problem, "Input.");
            return await ShowAsync(ct);
        }
    }

    /// <summary>As the API takes it: only what the decision has a use for.</summary>
    private TriageDecision Decision() => Input.Decision switch
    {
        "route" => new()
        {
            Decision = "route",
            // What is as the reporter said is not a change, and needs no reason.
            Category = Input.Category.TrimToNull() is { } category && category != Item.Category ? category : null,
            Clause = Input.Clause.TrimToNull(),
            ActualHarm = Input.ActualHarm.TrimToNull() is { } harm && harm != Item.ActualHarm ? harm : null,
            Unit = Input.Unit.TrimToNull(),
            Comment = Input.Comment.TrimToNull(),
            IdentityCleared = Input.IdentityCleared,
        },
        "reject" => new() { Decision = "reject", ReasonCode = Input.ReasonCode.TrimToNull(), Comment = Input.Comment.TrimToNull() },
        "ask" => new() { Decision = "ask", Question = Input.Question.TrimToNull() },
        "duplicate" => new()
        {
            Decision = "duplicate",
            MainCase = Input.MainCase,
            Comment = Input.Comment.TrimToNull(),
            IdentityCleared = Input.IdentityCleared,
        },
        _ => new() { Decision = Input.Decision.TrimToNull(), Comment = Input.Comment.TrimToNull() },
    };

    private async Task<bool> ReadAsync(CancellationToken ct)
    {
        var (names, items) = (places.GetAsync(ct), await queue.ReadAsync(ct));
        Names = await names;
        var at = items.ToList().FindIndex(i => i.Id == Id);
        if (at < 0) return false;
        (Item, Number, Waiting) = (items[at], at + 1, items.Count);
        (Previous, Next) = (at > 0 ? items[at - 1].Id : null, at + 1 < items.Count ? items[at + 1].Id : null);
        _waiting = items;
        return true;
    }

    /// <summary>For the page alone: a decision that is taken has no use for what it is like.</summary>
    private async Task<IActionResult> ShowAsync(CancellationToken ct)
    {
        var duplicates = new List<PossibleDuplicate>();
        foreach (var id in Item.Flags.SelectMany(f => f.Ids ?? []).Distinct().Take(MostDuplicates))
        {
            if (_waiting.FirstOrDefault(i => i.Id == id) is { } waiting)
                duplicates.Add(new(id, waiting.Reference, Names.Party(waiting.ReporterOrganization), waiting.ReceivedAt, waiting.Narrative, CanBeMain: false));
            else if (await FindCaseAsync(id, ct) is { } @case)
                duplicates.Add(new(id, @case.Case.Reference, Names.Party(@case.Case.ReporterOrganization), @case.Case.ReceivedAt, @case.Narrative,
                    CanBeMain: true));
        }
        PossibleDuplicates = duplicates;
        return Page();
    }

    private async Task<CaseDetails?> FindCaseAsync(Guid id, CancellationToken ct)
    {
        try
        {
            return await client.GetCaseAsync(id, ct);
        }
        catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
