using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Case;

/// <summary>
/// The letter to a respondent that does not use Avvik, made from the case, for paper or a PDF. It is in Norwegian whatever its sender reads, and who the
/// patient is does not stand in it.
/// </summary>
internal sealed class LetterModel(IAvvikClient client, Places places, LabelFiles labels, Me me, Text text) : PageModel
{
    private static readonly CultureInfo s_norwegian = CultureInfo.GetCultureInfo("nb-NO");

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    public CaseDetails Details { get; private set; } = null!;
    public PlaceNames Names { get; private set; } = null!;
    public CaseRow Case => Details.Case;
    public string Language => text.Language == "nn" ? "nn" : "nb";
    public bool IsPraise => Case.Kind == Vocabulary.Praise;
    public string Today => Day(text.Today);
    public string Reporter => NameOf(Case.ReporterOrganization);
    public string Respondent => NameOf(Case.RespondentOrganization);
    /// <summary>Who writes: the coordinator's unit, without the party's name before it.</summary>
    public string Unit => Names.Unit(Names.FindParty(Case.ReporterOrganization)?.FallbackUnit).Split(": ")[^1];
    public string Sender => me.Name;

    /// <summary>What was reported besides the words, where it was.</summary>
    public IEnumerable<(string Label, string Value)> Facts => new (string Label, string? Value)[]
    {
        ("kind", Code("kinds", Case.Kind)),
        ("category", Code("categories", Case.Category)),
        ("occurred", Details.OccurredAt is { } at ? $"{Day(NorwegianCalendar.DayOf(at))} {TimeOf(at)}" : Day(Details.OccurredOn)),
        ("discovered", Details.DiscoveredAt is { } discovered ? Day(NorwegianCalendar.DayOf(discovered)) : null),
        ("site", Details.Site ?? Details.UnknownSite),
        ("reportingUnit", Details.ReportingUnit is { } unit ? Names.Unit(unit) : null),
        ("profession", Details.ReporterProfession),
        ("affectedMessage", Code("messageTypes", Details.AffectedMessage)),
        ("messageId", Details.MessageId),
        ("difference", Code("differences", Details.Difference)),
        ("harm", IsPraise ? null : Code("harm", Case.ActualHarm)),
        ("patientsAffected", Case.PatientsAffected?.ToString("N0", s_norwegian)),
    }.Where(f => !string.IsNullOrEmpty(f.Value)).Select(f => (this[$"case.{f.Label}"], f.Value!));

    /// <summary>What is asked of the respondent.</summary>
    public IEnumerable<string> Asked => IsPraise ? [this["case.letter.askPraise"]]
        : Details.SeriousIncident is { } serious
            ? [this["case.letter.askWhy"], this["case.letter.askAnswer"], this["case.letter.askNotice", string.Join(", ", serious.Recipients)]]
            : [this["case.letter.askWhy"], this["case.letter.askAnswer"]];

    public string this[string key, params ReadOnlySpan<object?> values] => string.Format(s_norwegian, labels.Find(key)!.In(Language), values);

    public static string Day(DateOnly day) => day.ToString("d. MMMM yyyy", s_norwegian);

    /// <summary>993 467 049</summary>
    public static string Grouped(string organizationNumber) => $"{organizationNumber[..3]} {organizationNumber[3..6]} {organizationNumber[6..]}";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var (names, details) = (places.GetAsync(ct), client.GetCaseAsync(Id, ct));
        (Names, Details) = (await names, await details);
        return Details.Letter is null || Case.ReporterOrganization != me.Organization ? Redirect($"/case/{Id}") : Page();
    }

    private string NameOf(string organization) =>
        Names.FindParty(organization) is { Kind: PartyKinds.Municipality, Name: var name } ? $"{name} kommune" : Names.Party(organization);

    private string? Code(string list, string? code) => code is null ? null : labels.Find($"vocabulary.{list}.{code}")?.In(Language) ?? code;

    private static string TimeOf(DateTimeOffset at) => NorwegianCalendar.LocalTimeOf(at).ToString("'kl.' HH.mm", CultureInfo.InvariantCulture);
}
