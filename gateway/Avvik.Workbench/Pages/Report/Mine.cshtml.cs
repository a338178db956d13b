using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Gateway;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Report;

/// <summary>What has been reported, and what came of each.</summary>
internal sealed class MineModel(IAvvikClient client, Places places) : PageModel
{
    private const int ExcerptLength = 180;

    /// <summary>States that one looks for; the first is all.</summary>
    public static IReadOnlyList<string> Filters { get; } = ["", CaseStates.AwaitingReporter, CaseStates.Answered, CaseStates.InProgress, CaseStates.Closed];

    public IReadOnlyList<Deviation> Items { get; private set; } = [];
    public string? NextCursor { get; private set; }
    public string? State { get; private set; }
    public PlaceNames Names { get; private set; } = null!;

    public async Task OnGetAsync(string? state, string? cursor, CancellationToken ct)
    {
        State = string.IsNullOrEmpty(state) ? null : state;
        var page = await client.ListDeviationsAsync(new DeviationQuery { State = State, Cursor = cursor, Limit = 20 }, ct);
        (Items, NextCursor) = (page.Items, page.NextCursor);
        Names = await places.GetAsync(ct);
    }

    public static string Excerpt(Deviation deviation)
    {
        var text = deviation.Submission.Narrative ?? "";
        return text.Length <= ExcerptLength ? text
            : string.Concat(text.AsSpan(0, text.LastIndexOf(' ', ExcerptLength) is > 0 and var end ? end : ExcerptLength), " …");
    }
}
