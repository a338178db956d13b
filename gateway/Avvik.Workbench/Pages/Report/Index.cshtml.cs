using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;
using Refit;

namespace Avvik.Workbench.Pages.Report;

/// <summary>Meld avvik: four things on one screen, checked while one types, kept until it is sent.</summary>
[KeepsDraft]
internal sealed class IndexModel(
    IAvvikClient client, Places places, Me me, Text text, Drafts drafts, Preferences preferences, ReportChecker checker, TimeProvider clock) : PageModel
{
    private const string LatestName = "report-latest-parties";
    private const int KeptParties = 6;
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["/occurredAt"] = "Form.OccurredOn",
        ["/respondent"] = "Form.Party",
        ["/respondent/organizationNumber"] = "Form.Party",
        ["/respondent/site"] = "Form.Party",
        ["/patient"] = "Form.PatientNumber",
        ["/patient/identifier"] = "Form.PatientNumber",
        ["/patient/identifierType"] = "Form.PatientType",
        ["/patientsAffected"] = "Form.PatientsAffected",
        ["/patients"] = "Form.PatientNumbers",
    };

    [BindProperty]
    public ReportForm Form { get; set; } = new();

    /// <summary>What is typed to find the other party.</summary>
    [BindProperty]
    public string? Search { get; set; }

    /// <summary>Which narrative the reporter has looked at and wants to send as it is.</summary>
    [BindProperty]
    public string? Reviewed { get; set; }

    public PartyMatches Parties { get; private set; } = new([], Found: false);
    public ReportCheck? Check { get; private set; }
    public DateTimeOffset? DraftFrom { get; private set; }
    public bool ShowPreview { get; private set; }
    public bool AskAboutNames { get; private set; }
    /// <summary>Files came with a form that is shown again: a browser does not choose them a second time.</summary>
    public bool FilesAgain => HttpContext.Features.Get<ReportFiles>()?.Chosen == true;
    public string Today => text.Today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>What was sent last: a draft of it that was saved while it was on its way is no draft any more.</summary>
    private const string SentName = "report-sent";

    // What somebody was writing before a health record opened the form is still there afterwards.
    private string DraftName => Form.IsLaunched ? "report-launched" : "report";

    /// <summary>The health record's address is too old, or of another party.</summary>
    public bool LaunchFailed { get; private set; }

    public async Task OnGetAsync([Bind(Prefix = "")] ReportPrefill prefill, string? launch, CancellationToken ct)
    {
        if (launch is not null) await BeginAsync(launch, ct);
        Form.OccurredOn ??= Today;
        Form.Kind ??= "agreementBreach";
        if (Form.IsLaunched && await drafts.FindAsync<ReportForm>(DraftName, ct) is var (kept, _) && kept.ClientReference == Form.ClientReference)
            Form = kept;
        if (Form.IsLaunched)
        {
            await FillAsync(ct);
            Check = await checker.CheckAsync(Form, ct);
            return;
        }
        if (await drafts.FindAsync<ReportForm>(DraftName, ct) is var (draft, savedAt) && !draft.IsEmpty
            && await preferences.FindAsync<string>(SentName, ct) != draft.ClientReference) (Form, DraftFrom) = (draft, savedAt);
        else prefill.Fill(Form);
        await FillAsync(ct);
        if (!string.IsNullOrEmpty(Form.Narrative)) Check = await checker.CheckAsync(Form, ct) with { SavedAt = DraftFrom };
    }

    /// <summary>The parties that are found by what is typed: a part of the page, or without a script the page.</summary>
    public async Task<IActionResult> OnPostSearchAsync(CancellationToken ct)
    {
        ModelState.Clear();
        await FillAsync(ct);
        if (Request.IsHtmx()) return Partial("_Parties", this);
        await SaveDraftAsync(ct);
        return Page();
    }

    /// <summary>Keeps what is typed and says what is known about it.</summary>
    public async Task<IActionResult> OnPostCheckAsync(CancellationToken ct)
    {
        ModelState.Clear();
        var savedAt = await SaveDraftAsync(ct);
        Check = await checker.CheckAsync(Form, ct) with { SavedAt = savedAt };
        if (Request.IsHtmx()) return Partial("_Check", Check);
        ShowPreview = true;
        await FillAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostDiscardAsync(CancellationToken ct)
    {
        await drafts.DeleteAsync(DraftName, ct);
        TempData["notice"] = text["report.discarded"];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        ModelState.Clear();
        await SaveDraftAsync(ct);
        AddMissing();
        if (!ModelState.IsValid) return await AgainAsync(ct);
        try
        {
            Check = await checker.CheckAsync(Form, ct);
            // Something may identify somebody: asked once, for this very text.
            if (Check.Findings.Count > 0 && !Check.Findings.Any(f => f.Must) && Reviewed != Fingerprint(Check.Narrative))
            {
                AskAboutNames = true;
                Reviewed = Fingerprint(Check.Narrative);
                return await AgainAsync(ct);
            }
            var deviation = await client.SubmitAsync(Form.ToSubmission(), ct);
            await RememberAsync(ct);
            await preferences.SaveAsync(SentName, Form.ClientReference, ct);
            await drafts.DeleteAsync(DraftName, ct);
            await SendFilesAsync(deviation.Id, ct);
            if (!Request.IsHtmx()) return RedirectToPage("/Report/Receipt", new { id = deviation.Id });
            Response.Headers["HX-Redirect"] = $"/report/receipt/{deviation.Id}";
            return new EmptyResult();
        }
        catch (AvvikProblemException problem) when (problem.Errors.Count > 0)
        {
            foreach (var error in problem.Errors.Where(e => e.Code == FieldCodes.IdentityInText && e.Pointer == "/narrative"))
                ModelState.AddModelError("Form.Narrative", text["report.identityInText"]);
            if (ModelState.IsValid) ModelState.AddProblem(problem, "Form.", PatientErrors.Named(problem, Names, "Form.PatientNumbers"));
            return await AgainAsync(ct);
        }
    }

    /// <summary>The report is sent: whatever is wrong with a file is said on its receipt.</summary>
    private async Task SendFilesAsync(Guid id, CancellationToken ct)
    {
        if (HttpContext.Features.Get<ReportFiles>() is not { Chosen: true } files) return;
        var (taken, refused, unavailable) = (0, new List<RefusedFile>(), text["report.fileUnavailable"]);
        await foreach (var (name, content) in files.ReadAsync(ct))
        {
            var why = content is null ? text["report.fileTooLarge"]
                : taken == ReportFiles.Most ? text["report.fileTooMany"]
                // What does not answer is not waited for ten times.
                : refused.Exists(r => r.Why == unavailable) ? unavailable
                : await SendFileAsync(id, name, content, ct);
            if (why is null) taken++;
            else refused.Add(new(name, why));
        }
        await drafts.SaveAsync(SentFiles.DraftName(id), new SentFiles(taken, refused), ct);
    }

    /// <summary>Null when it was taken, else why not.</summary>
    private async Task<string?> SendFileAsync(Guid id, string name, Stream content, CancellationToken ct)
    {
        try
        {
            await client.AddAttachmentAsync(id, "report", new StreamPart(content, name), ct);
            return null;
        }
        catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.RequestEntityTooLarge) { return text["report.fileTooLarge"]; }
        catch (AvvikProblemException problem) when (problem.IsRefusal())
        {
            return problem.Errors is [var error, ..] ? error.Message : problem.Title ?? text["report.fileUnavailable"];
        }
        catch (Exception error) when (error is AvvikProblemException or AvvikUnavailableException
            || (error is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return text["report.fileUnavailable"];
        }
    }

    private async Task BeginAsync(string launch, CancellationToken ct)
    {
        try { Form = ReportForm.Of(await client.OpenLaunchAsync(new() { Launch = launch }, ct)); }
        catch (AvvikProblemException problem) when (problem.Status is HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity) { LaunchFailed = true; }
    }

    public IEnumerable<SelectListItem> Options(string list, IEnumerable<string> codes) =>
        text.Options(list, codes, text["report.notChosen"]);

    public IEnumerable<SelectListItem> Categories =>
        Options("categories", Vocabulary.Categories.Keys.OrderBy(c => c == "other" ? 1 : 0).ThenBy(c => text.Code("categories", c), text.Sorting));
    public static IReadOnlyList<string> Kinds { get; } = ["agreementBreach", "incident", "nearMiss", "risk", "goodPractice", "improvement"];
    public IEnumerable<SelectListItem> MessageTypes =>
        Options("messageTypes", Vocabulary.MessageTypes.Keys.OrderBy(c => text.Code("messageTypes", c), text.Sorting));

    public static IReadOnlyList<string> Harm { get; } = ["none", "notReached", "mild", "moderate", "severe", "death", "unknown"];
    public static IReadOnlyList<string> Likelihoods { get; } = ["rare", "unlikely", "possible", "likely", "veryLikely"];
    public static IReadOnlyList<string> Groups { get; } = [.. Vocabulary.PatientGroups.Keys.Where(g => g is not ("none" or "unknown"))];
    public bool Has(string field) => ModelState.TryGetValue(field, out var state) && state.Errors.Count > 0;
    public bool HasPatientError => Has("Form.PatientNumber") || Has("Form.PatientNumbers") || Has("Form.PatientsAffected");
    public string? Error(string field) => ModelState.TryGetValue(field, out var state) ? state.Errors.FirstOrDefault()?.ErrorMessage : null;

    private async Task<PageResult> AgainAsync(CancellationToken ct)
    {
        await FillAsync(ct);
        Check ??= await checker.CheckAsync(Form, ct);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private void AddMissing()
    {
        if (string.IsNullOrWhiteSpace(Form.OccurredOn)) ModelState.AddModelError("Form.OccurredOn", text["report.missingWhen"]);
        if (string.IsNullOrWhiteSpace(Form.Party)) ModelState.AddModelError("Form.Party", text["report.missingParty"]);
        if (string.IsNullOrWhiteSpace(Form.Kind)) ModelState.AddModelError("Form.Kind", text["report.missingKind"]);
        if (!string.IsNullOrWhiteSpace(Form.PatientsAffected) && Form.Affected is null)
            ModelState.AddModelError("Form.PatientsAffected", text["report.patientsAffectedInvalid"]);
        if (string.IsNullOrWhiteSpace(Form.Narrative)) ModelState.AddModelError("Form.Narrative", text["report.missingNarrative"]);
    }

    private async Task FillAsync(CancellationToken ct) =>
        Parties = PartySearch.Find(await places.GetAsync(ct), me, Search, await LatestAsync(ct), Form.Party, text.Sorting);

    private async Task<List<string>> LatestAsync(CancellationToken ct) => await preferences.FindAsync<List<string>>(LatestName, ct) ?? [];

    private async Task RememberAsync(CancellationToken ct) =>
        await preferences.SaveAsync(LatestName, (await LatestAsync(ct)).Where(p => p != Form.Party).Prepend(Form.Party!).Take(KeptParties).ToList(), ct);

    private async Task<DateTimeOffset?> SaveDraftAsync(CancellationToken ct)
    {
        if (Form.IsEmpty) return null;
        await drafts.SaveAsync(DraftName, Form.WithoutPatient(), ct);
        return clock.GetUtcNow();
    }

    private static string Fingerprint(string narrative) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(narrative)));
}

/// <summary>What another system may fill in by the address (<c>/report?kind=…&amp;party=…</c>): codes and places, never text or a patient.</summary>
public sealed record ReportPrefill(string? Kind, string? Party, string? Category, string? OccurredOn, string? AffectedMessage, string? Difference)
{
    public void Fill(ReportForm form)
    {
        if (Kind is not null && Vocabulary.Kinds.ContainsKey(Kind)) form.Kind = Kind;
        if (Category is not null && Vocabulary.Categories.ContainsKey(Category)) form.Category = Category;
        if (AffectedMessage is not null && Vocabulary.MessageTypes.ContainsKey(AffectedMessage)) form.AffectedMessage = AffectedMessage;
        if (Difference is not null && Vocabulary.Differences.ContainsKey(Difference)) form.Difference = Difference;
        if (DateOnly.TryParseExact(OccurredOn, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            form.OccurredOn = OccurredOn;
        if (Party is { Length: <= 220 }) form.Party = Party;
    }
}
