using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.IdentityDetection;
using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;

namespace Avvik.Workbench.Pages.Report;

/// <summary>Something in a text that is to go, or to be looked at.</summary>
/// <param name="Code">What it is: <c>identityInText</c>, <c>possibleName</c> …</param>
/// <param name="Must">True: it is not accepted. False: a coordinator would have to look at it first.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How long it is.</param>
public sealed record TextFinding(string Code, bool Must, int Offset, int Length);

/// <summary>A piece of the narrative: marked, or not.</summary>
public sealed record TextPiece(string Words, TextFinding? Finding);

/// <summary>What the server would make of the form, in words.</summary>
public sealed record ReportPreview(string Party, string Recipient, string Agreement, string Clause, string Category, DateOnly DueOn);

/// <summary>What is known about a form before it is sent.</summary>
public sealed record ReportCheck(string Narrative, IReadOnlyList<TextFinding> Findings, ReportPreview? Preview, DateTimeOffset? SavedAt)
{
    /// <summary>What of a text must go, or is to be looked at: as the services would say when it is sent.</summary>
    public static ReportCheck Of(string text) => new(text,
    [
        .. IdentityDetector.Find(text).Select(f => new TextFinding(FieldCodes.IdentityInText, Must: true, f.Offset, f.Length)),
        .. IdentityWarning.In("", text).SelectMany(w => w.Places, (w, p) => new TextFinding(w.Code, Must: false, p.Offset, p.Length)),
    ], null, null);

    /// <summary>The narrative with its findings where they stand.</summary>
    public IReadOnlyList<TextPiece> Marked()
    {
        var (pieces, at) = (new List<TextPiece>(), 0);
        foreach (var finding in Findings.OrderBy(f => f.Offset))
        {
            if (finding.Offset < at || finding.Offset + finding.Length > Narrative.Length) continue;
            if (finding.Offset > at) pieces.Add(new(Narrative[at..finding.Offset], null));
            pieces.Add(new(Narrative.Substring(finding.Offset, finding.Length), finding));
            at = finding.Offset + finding.Length;
        }
        if (at < Narrative.Length) pieces.Add(new(Narrative[at..], null));
        return pieces;
    }
}

/// <summary>Asks the API what a form would become; what one is still to fill in is no error yet.</summary>
internal sealed class ReportChecker(IAvvikClient client, Places places, Me me, Text text, TimeProvider clock)
{
    public async Task<ReportCheck> CheckAsync(ReportForm form, CancellationToken ct)
    {
        var submission = form.ToSubmission();
        var names = await places.GetAsync(ct);
        var narrative = submission.Narrative ?? "";
        if (narrative.Length == 0) return new(narrative, [], null, null);
        var complete = submission is { Kind: not null, OccurredAt: not null, Respondent.OrganizationNumber: not null };
        try
        {
            var answer = await client.ValidateAsync(complete ? submission : Complete(submission, names), ct);
            var warnings = answer.Warnings.Where(w => w.Pointer == "/narrative")
                .SelectMany(w => w.Offsets, (w, o) => new TextFinding(w.Code, Must: false, o.Offset, o.Length)).ToList();
            return new(narrative, warnings, complete ? Preview(answer.Preview, submission, names) : null, null);
        }
        catch (AvvikProblemException problem) when (problem.Errors.Count > 0)
        {
            return new(narrative, Findings(problem), null, null);
        }
    }

    public static IReadOnlyList<TextFinding> Findings(AvvikProblemException problem) =>
        [.. problem.Errors.Where(e => e.Pointer == "/narrative")
            .SelectMany(e => e.Offsets ?? [], (e, o) => new TextFinding(e.Code, Must: true, o.Offset, o.Length))];

    // The narrative is looked at from the first words on, whatever is still missing.
    private Submission Complete(Submission submission, PlaceNames names) => submission with
    {
        Kind = submission.Kind ?? "incident",
        OccurredAt = submission.OccurredAt
            ?? NorwegianCalendar.DayOf(clock.GetUtcNow()).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        Respondent = submission.Respondent?.OrganizationNumber is not null ? submission.Respondent : new Respondent { OrganizationNumber = AnyOther(names) },
    };

    private string AnyOther(PlaceNames names)
    {
        var community = names.CommunityOf(me.Organization);
        return community?.Trust.OrganizationNumber != me.Organization && community is not null
            ? community.Trust.OrganizationNumber
            : names.Parties.First(p => p.Number is not null && p.OrganizationNumber != me.Organization).OrganizationNumber;
    }

    private ReportPreview Preview(SubmissionPreview preview, Submission submission, PlaceNames names)
    {
        var party = names.FindParty(preview.RespondentOrganization);
        var site = submission.Respondent?.Site;
        var unit = party?.Units.FirstOrDefault(u => u.Sites.Contains(site ?? "", StringComparer.OrdinalIgnoreCase));
        // A category with a service of its own goes there, and not to the place.
        var hasService = preview.Category is { } code && Vocabulary.Categories.GetValueOrDefault(code) is { } category
            && (party?.Number is null ? category.TrustService : category.MunicipalService) is not null;
        var recipient = names.IsWithoutAvvik(preview.RespondentOrganization, NorwegianCalendar.DayOf(clock.GetUtcNow()))
            ? text["report.goesByLetter", party!.Name]
            : unit is not null && !hasService
            ? text["report.goesToUnit", unit.Name, party!.Name]
            : text["report.goesToParty", party?.Name ?? preview.RespondentOrganization];
        var agreement = names.CommunityOf(preview.RespondentOrganization)?.Agreements.FirstOrDefault(a => a.Code == preview.Agreement?.Code);
        var days = agreement?.AnswerCalendarDays ?? Vocabulary.Deadlines.AnswerCalendarDays;
        return new(
            site is null ? names.Party(preview.RespondentOrganization) : $"{site}, {names.Party(preview.RespondentOrganization)}",
            recipient,
            preview.Agreement is null ? text["report.noAgreement"] : agreement?.Name ?? preview.Agreement.Code,
            preview is { Category: null, Agreement: { Clause: null } } ? text["report.clauseLater"] : text.Clause(preview.Agreement),
            preview.Category is null ? text["report.categoryLater"] : text.Code("categories", preview.Category),
            NorwegianCalendar.DayOf(NorwegianCalendar.AddDays(clock.GetUtcNow(), days)));
    }
}
