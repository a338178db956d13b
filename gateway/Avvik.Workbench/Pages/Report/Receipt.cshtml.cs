using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Report;

/// <summary>The receipt: the reference, and what happens next.</summary>
internal sealed class ReceiptModel(IAvvikClient client, Places places, Drafts drafts) : PageModel
{
    public Deviation Deviation { get; private set; } = null!;
    public string Party { get; private set; } = "";
    public DateOnly DueOn { get; private set; }
    /// <summary>What became of the files that were sent with it; null when none were.</summary>
    public SentFiles? Files { get; private set; }

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        Deviation = await client.GetDeviationAsync(id, ct);
        Files = (await drafts.FindAsync<SentFiles>(SentFiles.DraftName(id), ct))?.Content;
        Party = (await places.GetAsync(ct)).Party(Deviation.RespondentOrganization);
        DueOn = Deviation.Case?.DueAt is { } due
            ? NorwegianCalendar.DayOf(due)
            : NorwegianCalendar.DayOf(NorwegianCalendar.AddDays(Deviation.ReceivedAt,
                Vocabulary.DeadlinesOf(Deviation.Community, Deviation.Agreement?.Code).AnswerCalendarDays));
    }
}
