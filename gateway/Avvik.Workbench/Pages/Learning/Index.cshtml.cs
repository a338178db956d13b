using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Components;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Learning;

/// <summary>The community's lessons, by words, category and patient group.</summary>
internal sealed class IndexModel(IAvvikClient client, Text text) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Q { get; set; }
    [BindProperty(SupportsGet = true, Name = "category")]
    public string? Category { get; set; }
    [BindProperty(SupportsGet = true, Name = "patientGroup")]
    public string? PatientGroup { get; set; }
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Page<Lesson> Lessons { get; private set; } = null!;
    public Pager Pager => new(Request, Lessons.NextCursor);
    public bool IsFiltered => !string.IsNullOrEmpty(Q) || !string.IsNullOrEmpty(Category) || !string.IsNullOrEmpty(PatientGroup);

    public IEnumerable<SelectListItem> Categories =>
        [new(text["learning.anyCategory"], ""), .. Vocabulary.Categories.Keys.Select(c => new SelectListItem(text.Code("categories", c), c)).OrderBy(c => c.Text, text.Sorting)];

    public IEnumerable<SelectListItem> PatientGroups =>
        [new(text["learning.anyGroup"], ""), .. Vocabulary.PatientGroups.Keys.Select(c => new SelectListItem(text.Code("patientGroups", c), c))];

    public async Task OnGetAsync(CancellationToken ct) => Lessons = await client.ListLessonsAsync(
        new LessonQuery { Q = Empty(Q), Category = Empty(Category), PatientGroup = Empty(PatientGroup), Cursor = Empty(Cursor) }, ct);

    private static string? Empty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
