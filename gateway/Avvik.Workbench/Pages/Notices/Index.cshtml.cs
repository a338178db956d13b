using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Notices;

/// <summary>Settings as they are typed.</summary>
internal sealed class NoticeInput
{
    public int Version { get; set; }
    public string? Email { get; set; }
    public string? LeaderEmail { get; set; }
    public string? Phone { get; set; }
    public int? DigestHour { get; set; }
    public int? QuietFrom { get; set; }
    public int? QuietTo { get; set; }
    /// <summary>Kinds that are sent; the form asks for what one wants.</summary>
    public List<string> Sent { get; set; } = [];
}

/// <summary>What one, or a unit, was notified of, and how.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    private static readonly string[] Unitwise = [Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Admin];

    [BindProperty]
    public NoticeInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "unit")]
    public string? Unit { get; set; }
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public IReadOnlyList<NoticeItem> Items { get; private set; } = [];
    public string? NextCursor { get; private set; }
    public IReadOnlyList<NoticeSettings> Units { get; private set; } = [];
    public NoticeFailure? Failure { get; private set; }
    public PlaceNames Names { get; private set; } = null!;

    /// <summary>False for whoever administers only: there are no notices of their own, nor any that they may read.</summary>
    public bool HasOwn => me.Is(Roles.Reporter, Roles.Handler, Roles.Coordinator, Roles.UnitLeader);

    /// <summary>True when there are settings to show: one's own, or those of the unit that is chosen.</summary>
    public bool HasSettings => Unit is not null || HasOwn;

    public IEnumerable<SelectListItem> UnitOptions => Units.Select(u => new SelectListItem(Names.Unit(u.Unit), u.Unit))
        .OrderBy(o => o.Text, text.Sorting).Prepend(new SelectListItem(HasOwn ? text["notices.own"] : text["notices.unit"], ""));

    /// <summary>Kinds that one may leave out: of a unit all but duties, of a reporter what comes of a report.</summary>
    public IEnumerable<string> Choices => Unit is null
        ? [NoticeKinds.Question, NoticeKinds.Answer, NoticeKinds.Closed]
        : Vocabulary.NoticeKinds.Keys.Where(k => !NoticeKinds.IsDuty(k)).OrderBy(k => text.Code("noticeKinds", k), text.Sorting);

    public string Duties => string.Join(", ", Vocabulary.NoticeKinds.Keys.Where(NoticeKinds.IsDuty)
        .Select(k => text.Code("noticeKinds", k).ToLowerInvariant()).Order(text.Sorting));

    public static IEnumerable<SelectListItem> Hours(string none) => Enumerable.Range(0, 24)
        .Select(h => new SelectListItem($"{h:00}.00", h.ToString(CultureInfo.InvariantCulture))).Prepend(new SelectListItem(none, ""));

    public string Reason(NoticeFailure failure) => failure.Code == "expired" ? text["notices.failure.expired"]
        : text[failure.Code.StartsWith("dsn", StringComparison.Ordinal) ? "notices.failure.returned" : "notices.failure.refused", failure.Code];

    public static string LinkTo(NoticeItem item) => item.Unit is null || item.Kind is NoticeKinds.Question or NoticeKinds.Answer or NoticeKinds.Closed
        ? $"/report/{item.DeviationId}" : $"/case/{item.DeviationId}";

    public async Task OnGetAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        if (!HasSettings) return;
        var s = Unit is null ? await client.GetNoticeSettingsAsync(ct) : await client.GetUnitNoticeSettingsAsync(Unit, ct);
        Failure = s.Failure;
        Input = new()
        {
            Version = s.Version,
            Email = s.Email,
            LeaderEmail = s.LeaderEmail,
            Phone = s.Phone,
            DigestHour = s.DigestHour,
            QuietFrom = s.QuietFrom,
            QuietTo = s.QuietTo,
            Sent = [.. Choices.Except(s.Muted)],
        };
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        Unit = Unit.TrimToNull();
        var change = new NoticeSettingsChange
        {
            Email = Input.Email.TrimToNull(),
            LeaderEmail = Input.LeaderEmail.TrimToNull(),
            Phone = Input.Phone?.Replace(" ", "", StringComparison.Ordinal).TrimToNull(),
            DigestHour = Input.DigestHour,
            QuietFrom = Input.QuietFrom,
            QuietTo = Input.QuietTo,
            Muted = [.. Choices.Except(Input.Sent)],
        };
        try
        {
            _ = Unit is null ? await client.SetNoticeSettingsAsync(change, Input.Version, ct)
                : await client.SetUnitNoticeSettingsAsync(Unit, change, Input.Version, ct);
            TempData["notice"] = text["notices.saved"];
            return RedirectToPage(new { unit = Unit });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            ModelState.AddProblem(problem, "Input.");
            await ReadAsync(ct);
            return Page();
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        Unit = Unit.TrimToNull();
        Names = await places.GetAsync(ct);
        if (me.Is(Unitwise)) Units = (await client.ListUnitNoticeSettingsAsync(ct)).Items;
        if (!HasOwn) return;
        var page = await client.ListNoticesAsync(new() { Unit = Unit, Cursor = Cursor, Limit = 20 }, ct);
        (Items, NextCursor) = (page.Items, page.NextCursor);
    }
}
