using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Components;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Learning;

/// <summary>The community's lessons, by words, category, patient group and clause.</summary>
internal sealed class IndexModel(IAvvikClient client, Text text) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Q { get; set; }
    [BindProperty(SupportsGet = true, Name = "category")]
    public string? Category { get; set; }
    [BindProperty(SupportsGet = true, Name = "patientGroup")]
    public string? PatientGroup { get; set; }
    [BindProperty(SupportsGet = true, Name = "clause")]
    public string? Clause { get; set; }
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Page<Lesson> Lessons { get; private set; } = null!;
    public Pager Pager => new(Request, Lessons.NextCursor);
    public bool IsFiltered => !string.IsNullOrEmpty(Q) || !string.IsNullOrEmpty(Category) || !string.IsNullOrEmpty(PatientGroup)
        || !string.IsNullOrEmpty(Clause);

    public IEnumerable<SelectListItem> Categories =>
        text.SortedOptions("categories", Vocabulary.Categories.Keys, text["learning.anyCategory"]);

    public IEnumerable<SelectListItem> PatientGroups =>
        text.Options("patientGroups", Vocabulary.PatientGroups.Keys, text["learning.anyGroup"]);

    /// <summary>The points of the agreements, in their order.</summary>
    public IEnumerable<SelectListItem> Clauses =>
        Vocabulary.Clauses.Keys.OrderBy(c => int.TryParse(c, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue)
            .Select(c => new SelectListItem(text.Clause(c), c)).Prepend(new(text["learning.anyClause"], ""));

    public async Task OnGetAsync(CancellationToken ct) => Lessons = await client.ListLessonsAsync(
        new LessonQuery
        {
            Q = Q.TrimToNull(),
            Category = Category.TrimToNull(),
            PatientGroup = PatientGroup.TrimToNull(),
            Clause = Clause.TrimToNull(),
            Cursor = Cursor.TrimToNull(),
        }, ct);
}
