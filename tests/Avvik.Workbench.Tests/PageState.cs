using System.Globalization;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

/// <summary>A page as somebody sees it in one state.</summary>
/// <param name="Name">Of the state, and of its pictures.</param>
/// <param name="Route">The page's route, as its <c>@page</c> has it.</param>
/// <param name="Persona">Who is signed in; null: nobody.</param>
/// <param name="ArrangeAsync">Brings the browser there.</param>
public sealed record PageState(string Name, string Route, string? Persona, Func<WorkbenchSystem, Visit, Task> ArrangeAsync)
{
    /// <summary>A page that is there as soon as one goes to it.</summary>
    public static PageState At(string name, string route, string? persona, string? path = null) =>
        new(name, route, persona, (_, visit) => visit.GoAsync(path ?? route));

    public override string ToString() => Name;
}

/// <summary>
/// Every page in every state that people meet: the tests look at each of them, and a page that is not here fails
/// <see cref="Page_state_tests.Every_page_is_in_the_list_of_states"/>.
/// </summary>
public static class PageStates
{
    private const string Nurse = "nurse-hamar", Doctor = "doctor-gjovik", Handler = "handler-elverum-hamar", Coordinator = "coordinator-si",
        MunicipalCoordinator = "coordinator-hamar", Auditor = "auditor-innlandet", Secretariat = "secretariat-innlandet", Admin = "admin-innlandet";

    /// <summary>Routes that show nothing themselves: they send the browser on.</summary>
    public static IReadOnlyList<string> Redirects { get; } = ["/", "/choices", "/signin/out"];

    public static IReadOnlyList<PageState> All { get; } =
    [
        // Signing in, and what is the same on every page.
        PageState.At("signin-failed", "/signin", null, "/signin?reason=failed"),
        PageState.At("signed-out", "/signin/signed-out", null),
        PageState.At("signin-done", "/signin/done", null),
        PageState.At("acting", "/acting", "kari-flere-roller"),
        new("menu-open", "/acting", "kari-flere-roller", async (_, visit) =>
        {
            await visit.GoAsync("/acting");
            await visit.Page.ClickAsync(".who summary");
        }),
        new("session-warning", "/report", Doctor, (_, visit) => IdleAsync(visit, secondsBeforeEnd: 90, "#session-warning")),
        new("session-over", "/report", Doctor, (_, visit) => IdleAsync(visit, secondsBeforeEnd: -5, "#session-over")),
        new("offline", "/report", Doctor, async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.Context.SetOfflineAsync(true);
            await visit.Page.WaitForSelectorAsync("#offline:not([hidden])");
            await visit.Page.ClickAsync("button:text-is('Send inn')");
            await visit.Page.WaitForSelectorAsync("#offline:focus");
        }),
        new("signin-resume", "/signin/resume", null, async (system, visit) =>
        {
            var deviation = await system.ReportAsync();
            await system.StartAsync(deviation.Id);
            await visit.SignInAsync(Handler);
            await visit.GoAsync($"/case/{deviation.Id}");
            await visit.Page.ClickAsync("summary:text-is('Spør melderen')");
            await visit.Page.FillAsync("#ask-Question", "Hvilken dag ble pasienten utskrevet?");
            await system.ExpireTokensAsync(Handler, refuseRefresh: true);
            await visit.Page.ClickAsync("button:text-is('Spør melderen')");
            await visit.Page.WaitForURLAsync("**/signin/resume");
        }),
        PageState.At("status-missing", "/status/{code:int}", Nurse, "/does-not-exist"),
        PageState.At("status-missing-signed-out", "/status/{code:int}", null, "/status/404"),
        PageState.At("status-no-access", "/status/{code:int}", Nurse, "/triage"),
        PageState.At("status-invalid", "/status/{code:int}", Nurse, "/status/400"),
        PageState.At("status-gone", "/status/{code:int}", Nurse, "/status/410"),
        PageState.At("status-changed", "/status/{code:int}", Nurse, "/status/409"),
        PageState.At("status-too-large", "/status/{code:int}", Nurse, "/status/413"),
        PageState.At("status-unavailable", "/status/{code:int}", Nurse, "/status/503"),
        PageState.At("status-error", "/status/{code:int}", Nurse, "/status/500"),

        // Reporting.
        PageState.At("report", "/report", Nurse),
        new("report-identifies", "/report", "nurse-bodo", async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.FillAsync("#Form_Narrative", "Pasienten ble sendt hjem uten melding. Ring meg på 41 23 45 67 om dette.");
            await visit.Page.WaitForSelectorAsync("mark.must");
        }),
        new("report-may-identify", "/report", "nurse-bodo", async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.FillAsync("#Form_Narrative", "Datteren Kari Nordmann fikk ikke beskjed om at moren kom hjem.");
            await visit.Page.CheckAsync("input[name='Form.Party'] >> nth=0");
            await visit.Page.WaitForSelectorAsync("mark.may");
            await visit.Page.ClickAsync("button:text-is('Send inn')");
            await visit.Page.WaitForSelectorAsync("button:has-text('Ingen kan kjennes igjen')");
        }),
        new("report-preview", "/report", Nurse, async (_, visit) =>
        {
            await FillReportAsync(visit);
            await visit.Page.WaitForSelectorAsync(".preview:has-text('Divisjon Elverum-Hamar')");
        }),
        new("report-file-left-out", "/report", Nurse, async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.SetInputFilesAsync("#Files", new FilePayload { Name = "Film.mov", MimeType = "video/quicktime", Buffer = new byte[10_485_761] });
            await visit.Page.WaitForSelectorAsync("#Files-left:not([hidden])");
        }),
        new("report-details", "/report", Nurse, async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.ClickAsync(".more summary");
        }),
        new("report-nobody-found", "/report", Nurse, async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.Locator("#Search").PressSequentiallyAsync("finnesikke");
            await visit.Page.WaitForSelectorAsync("#parties .hint:has-text('finnesikke')");
        }),
        new("report-errors", "/report", Doctor, async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.ClickAsync("button:text-is('Send inn')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("report-draft", "/report", "doctor-nlsh", async (_, visit) =>
        {
            await visit.GoAsync("/report");
            await visit.Page.FillAsync("#Form_Narrative", "Kommunen fikk ikke melding om utskrivning.");
            await visit.Page.WaitForSelectorAsync(".saved");
            await visit.GoAsync("/report");
        }),
        new("receipt", "/report/receipt/{id:guid}", Nurse, async (_, visit) =>
        {
            await FillReportAsync(visit);
            await visit.Page.ClickAsync("button:text-is('Send inn')");
            await visit.Page.WaitForURLAsync("**/report/receipt/**");
        }),
        new("receipt-files-refused", "/report/receipt/{id:guid}", Nurse, async (_, visit) =>
        {
            await FillReportAsync(visit);
            await visit.Page.SetInputFilesAsync("#Files",
            [
                new FilePayload { Name = "Notat.txt", MimeType = "text/plain", Buffer = "Ringte avdelingen."u8.ToArray() },
                new FilePayload { Name = "Et-bilde-med-et-langt-navn-som-ikke-har-noe-sted-å-dele-seg.heic", MimeType = "image/heic", Buffer = [0, 0, 0, 24] },
            ]);
            await visit.Page.ClickAsync("button:text-is('Send inn')");
            await visit.Page.WaitForURLAsync("**/report/receipt/**");
        }),
        new("mine", "/report/mine", Nurse, async (system, visit) =>
        {
            await system.StartedCaseAsync();
            await visit.GoAsync("/report/mine");
        }),
        PageState.At("mine-empty", "/report/mine", Doctor, "/report/mine?state=disputed"),
        new("deviation", "/report/{id:guid}", Nurse, async (system, visit) => await visit.GoAsync($"/report/{(await system.StartedCaseAsync()).Id}")),
        new("deviation-question", "/report/{id:guid}", Nurse, async (system, visit) => await visit.GoAsync($"/report/{await AskedAsync(system)}")),
        new("deviation-answered", "/report/{id:guid}", Nurse, async (system, visit) => await visit.GoAsync($"/report/{await AnsweredAsync(system)}")),
        new("deviation-disagree-open", "/report/{id:guid}", Nurse, async (system, visit) =>
        {
            await visit.GoAsync($"/report/{await AnsweredAsync(system)}");
            await visit.Page.ClickAsync("summary:has-text('Jeg er uenig')");
        }),
        new("deviation-errors", "/report/{id:guid}", Nurse, async (system, visit) =>
        {
            await visit.GoAsync($"/report/{await AskedAsync(system)}");
            await visit.Page.ClickAsync("button:text-is('Send svaret')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),

        // Handling cases.
        new("worklist", "/worklist", Handler, async (system, visit) =>
        {
            await system.StartedCaseAsync();
            await visit.GoAsync("/worklist");
        }),
        new("worklist-of-the-party", "/worklist", Coordinator, async (system, visit) =>
        {
            await system.StartedCaseAsync();
            await visit.GoAsync("/worklist");
        }),
        PageState.At("worklist-nothing-found", "/worklist", Handler, "/worklist?q=finnesikke"),
        PageState.At("worklist-nothing-to-do", "/worklist", "handler-nlsh-medisinsk"),
        new("worklist-views", "/worklist", "leader-elverum-hamar", async (_, visit) =>
        {
            await visit.GoAsync("/worklist?category=dischargeSummary");
            await visit.Page.ClickAsync("details.views > summary");
            await visit.Page.FillAsync("#view-name", "Epikriser");
            await visit.Page.ClickAsync("button:text-is('Lagre visning')");
        }),
        new("worklist-news", "/worklist", Handler, async (system, visit) =>
        {
            await visit.Page.Clock.InstallAsync();
            await visit.GoAsync("/worklist");
            await system.ReportAsync();
            await visit.Page.Clock.FastForwardAsync(46_000);
            await visit.Page.WaitForSelectorAsync(".news");
        }),
        new("worklist-transfer-errors", "/worklist", Handler, async (system, visit) =>
        {
            await system.StartedCaseAsync();
            await visit.GoAsync("/worklist");
            await visit.Page.ClickAsync("summary:text-is('Overfør til en annen enhet')");
            await visit.Page.ClickAsync(".confirm button");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("worklist-some-refused", "/worklist", Handler, async (system, visit) =>
        {
            var deviation = await system.ReportAsync();
            await visit.GoAsync($"/worklist?q={deviation.Reference}");
            await visit.Page.CheckAsync($"input[aria-label='Velg {deviation.Reference}']");
            await ActAsync(system, Coordinator, deviation.Id, "acknowledge");
            await visit.Page.ClickAsync("button:text-is('Bekreft mottatt')");
            await visit.Page.WaitForSelectorAsync(".ds-alert[data-color='warning']");
        }),
        new("attachments", "/attachments/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/attachments/{(await system.StartedCaseAsync()).Id}?answer=true");
            await visit.Page.SetInputFilesAsync("#Upload",
                new FilePayload { Name = "Rutine for epikriser.txt", MimeType = "text/plain", Buffer = "Ny rutine"u8.ToArray() });
            await visit.Page.ClickAsync("button:text-is('Legg til')");
            await visit.Page.ClickAsync("summary[aria-label='Fjern Rutine for epikriser.txt'] >> nth=0");
        }),
        new("attachments-empty", "/attachments/{id:guid}", Nurse,
            async (system, visit) => await visit.GoAsync($"/attachments/{(await system.StartedCaseAsync()).Id}")),
        new("attachments-errors", "/attachments/{id:guid}", Nurse, async (system, visit) =>
        {
            await visit.GoAsync($"/attachments/{(await system.StartedCaseAsync()).Id}");
            await visit.Page.ClickAsync("button:text-is('Legg til')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("case-routed", "/case/{id:guid}", Handler, async (system, visit) => await visit.GoAsync($"/case/{(await system.ReportAsync()).Id}")),
        new("case-started", "/case/{id:guid}", Handler, async (system, visit) => await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}")),
        new("case-of-the-reporters-party", "/case/{id:guid}", MunicipalCoordinator,
            async (system, visit) => await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}")),
        new("case-why-not", "/case/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}");
            await visit.Page.ClickAsync("details.why > summary");
        }),
        new("case-action-errors", "/case/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}");
            await visit.Page.ClickAsync("summary:text-is('Spør melderen')");
            await visit.Page.FillAsync("#ask-Question", " ");
            await visit.Page.ClickAsync("button:text-is('Spør melderen')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("case-conflict", "/case/{id:guid}", Handler, async (system, visit) =>
        {
            var deviation = await system.ReportAsync();
            await system.StartAsync(deviation.Id);
            await visit.GoAsync($"/case/{deviation.Id}");
            await visit.Page.ClickAsync("summary:text-is('Spør melderen')");
            await visit.Page.FillAsync("#ask-Question", "Når ble epikrisen sendt?");
            await ActAsync(system, Coordinator, deviation.Id, "reclassify", new() { Category = "communication", Reason = "Gjelder varslingen." });
            await visit.Page.ClickAsync("button:text-is('Spør melderen')");
            await visit.Page.WaitForSelectorAsync("#conflict:focus");
        }),
        new("case-envelope-errors", "/case/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await PatientAsync(system)).Id}");
            await visit.Page.ClickAsync("section[aria-labelledby='envelope'] button");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("case-envelope-open", "/case/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await PatientAsync(system)).Id}");
            await visit.Page.SelectOptionAsync("#Purpose", "contactPatient");
            await visit.Page.ClickAsync("section[aria-labelledby='envelope'] button");
            await visit.Page.WaitForSelectorAsync(".identity:focus");
        }),
        new("case-serious", "/case/{id:guid}", Handler, async (system, visit) =>
            await visit.GoAsync($"/case/{(await system.ReportAsync(s => s with { ActualHarm = "severe" })).Id}")),
        new("case-informed", "/case/{id:guid}", Handler, async (system, visit) =>
        {
            var id = (await system.ReportAsync(s => s with { ActualHarm = "severe" })).Id;
            foreach (var information in new PatientInformation[]
            {
                new() { Informed = "notInformed", Who = "nextOfKin", ReasonCode = "notReached" },
                new()
                {
                    Informed = "informed",
                    Who = "nextOfKin",
                    By = "Seksjonsoverlege, kirurgisk poliklinikk",
                    On = DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    View = "De skulle gjerne fått vite det samme kveld.",
                },
            }) await ActAsync(system, Coordinator, id, "record-patient-information", new() { PatientInformation = information });
            await visit.GoAsync($"/case/{id}");
            const string Form = "details:has(input[value='record-patient-information'])";
            await visit.Page.ClickAsync($"{Form} summary");
            await visit.Page.SelectOptionAsync($"{Form} [name='Input.Informed']", "informed");
            await visit.Page.FillAsync($"{Form} [name='Input.View']", "Pasienten er lei for at ingen ringte.");
            await visit.Page.ClickAsync($"{Form} button");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("national-report", "/national-report/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await SeriousAsync(system)).Id}");
            await visit.Page.ClickAsync(".serious a");
            await visit.Page.WaitForSelectorAsync("#document-text");
        }),
        new("national-report-errors", "/national-report/{id:guid}", Nurse, async (system, visit) =>
        {
            await visit.GoAsync($"/national-report/{(await SeriousAsync(system)).Id}");
            await visit.Page.ClickAsync("summary:text-is('Send til melde.no')");
            await visit.Page.FillAsync("#Input_Phone", " ");
            await visit.Page.ClickAsync("button:text-is('Send meldingen til melde.no')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("national-report-sent", "/national-report/{id:guid}", Handler, async (system, visit) =>
        {
            await visit.GoAsync($"/national-report/{(await SeriousAsync(system)).Id}?case=true");
            await visit.Page.ClickAsync("summary:text-is('Send til melde.no')");
            await visit.Page.FillAsync("#Input_Phone", "+47 62 00 00 00");
            await visit.Page.FillAsync("#Input_Position", "avdelingsleder");
            await visit.Page.ClickAsync("button:text-is('Send meldingen til melde.no')");
            await visit.Page.WaitForSelectorAsync(".receipt:focus .reference");
        }),
        new("national-report-not-the-senders", "/national-report/{id:guid}", MunicipalCoordinator, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await SeriousAsync(system)).Id}");
            await visit.Page.ClickAsync(".serious a");
            await visit.Page.WaitForSelectorAsync("#document-text");
        }),
        new("national-report-not-yours", "/national-report/{id:guid}", Doctor,
            async (system, visit) => await visit.GoAsync($"/national-report/{(await SeriousAsync(system)).Id}")),
        new("case-answered", "/case/{id:guid}", Coordinator, async (system, visit) => await visit.GoAsync($"/case/{await AnsweredAsync(system)}")),
        new("case-closed", "/case/{id:guid}", Coordinator, async (system, visit) => await visit.GoAsync($"/case/{(await ClosedAsync(system)).Case}")),
        new("case-letter", "/case/{id:guid}", MunicipalCoordinator, async (system, visit) =>
        {
            var id = await LetterAsync(system);
            await ActAsync(system, MunicipalCoordinator, id, "record-letter", new() { SentOn = Today, Channel = "svarUt" });
            await visit.GoAsync($"/case/{id}");
        }),
        new("case-letter-errors", "/case/{id:guid}", MunicipalCoordinator, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{await LetterAsync(system)}");
            await visit.Page.ClickAsync("summary:text-is('Registrer at brevet er sendt')");
            await visit.Page.FillAsync("#record-letter-SentOn", "2020-01-01");
            await visit.Page.SelectOptionAsync("#record-letter-Channel", "post");
            await visit.Page.ClickAsync("button:text-is('Registrer at brevet er sendt')");
            await visit.Page.WaitForSelectorAsync("#record-letter-SentOn-error");
        }),
        new("letter", "/case/{id:guid}/letter", MunicipalCoordinator,
            async (system, visit) => await visit.GoAsync($"/case/{await LetterAsync(system)}/letter")),
        new("answer-on-behalf", "/case/{id:guid}/answer", MunicipalCoordinator, async (system, visit) =>
        {
            var id = await LetterAsync(system);
            await ActAsync(system, MunicipalCoordinator, id, "record-letter", new() { SentOn = Today, Channel = "post" });
            await visit.GoAsync($"/case/{id}/answer");
        }),
        new("answer", "/case/{id:guid}/answer", Coordinator,
            async (system, visit) => await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}/answer")),
        new("answer-errors", "/case/{id:guid}/answer", Coordinator, async (system, visit) =>
        {
            await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}/answer");
            await visit.Page.ClickAsync("button:text-is('Send svaret')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("answer-conflict", "/case/{id:guid}/answer", Handler, async (system, visit) =>
        {
            var deviation = await system.ReportAsync();
            await system.StartAsync(deviation.Id);
            await visit.GoAsync($"/case/{deviation.Id}/answer");
            await visit.Page.FillAsync("#Input_Text", "Epikriser godkjennes nå daglig.");
            await visit.Page.CheckAsync("input[value='capacity']");
            await visit.Page.FillAsync("#Input_NoMeasuresReason", "Rutinen er alt endret.");
            await ActAsync(system, Coordinator, deviation.Id, "reclassify", new() { Category = "communication", Reason = "Gjelder varslingen." });
            await visit.Page.ClickAsync("button:text-is('Send svaret')");
            await visit.Page.WaitForSelectorAsync("#conflict:focus");
        }),

        // Triage.
        PageState.At("triage-nothing", "/triage", "coordinator-nlsh"),
        new("triage", "/triage", Coordinator, async (system, visit) =>
        {
            await UnclearAsync(system, "Noe ble ikke som det skulle mellom oss denne gangen.");
            await visit.GoAsync("/triage");
        }),
        new("triage-decide", "/triage/{id:guid}", Coordinator, async (system, visit) =>
            await visit.GoAsync($"/triage/{await UnclearAsync(system, "Det var noe som ikke gikk helt som avtalt.")}")),
        new("triage-errors", "/triage/{id:guid}", Coordinator, async (system, visit) =>
        {
            await visit.GoAsync($"/triage/{await UnclearAsync(system, "Noe annet ble heller ikke som det skulle.")}");
            await visit.Page.CheckAsync("#decision-reject");
            await visit.Page.ClickAsync(".decision button[type='submit']");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("triage-merge", "/triage/{id:guid}", Coordinator, async (system, visit) =>
        {
            const string told = "Pasienten kom hjem fra sykehuset uten at hjemmetjenesten var varslet, og uten medisiner for helgen.";
            await system.ReportAsync(s => s with { Narrative = told });
            var twin = await system.ReportAsync(s => s with { Narrative = told + " Dette er andre gang." });
            await visit.GoAsync($"/triage/{twin.Id}");
            await visit.Page.CheckAsync("#decision-duplicate");
        }),
        new("triage-asked", "/triage/{id:guid}", Coordinator, async (system, visit) =>
        {
            var id = await UnclearAsync(system, "Det var noe uklart med det som ble avtalt her.");
            await (await system.ClientAsync(Coordinator)).DecideAsync(id, new() { Decision = "ask", Question = "Hva gjaldt det?" });
            await visit.GoAsync($"/triage/{id}");
        }),

        // Learning, statistics, administration, help.
        new("learning", "/learning", Coordinator, async (system, visit) =>
        {
            await ClosedAsync(system);
            await visit.GoAsync("/learning");
        }),
        PageState.At("learning-nothing-found", "/learning", "learning-editor", "/learning?q=finnesikke"),
        new("lesson-proposed", "/learning/{id:guid}", MunicipalCoordinator,
            async (system, visit) => await visit.GoAsync($"/learning/{(await ClosedAsync(system)).Lesson}")),
        PageState.At("statistics-nothing", "/statistics", "ssu-innlandet"),
        new("statistics-preliminary", "/statistics", Coordinator, async (system, visit) =>
        {
            await ClosedAsync(system);
            await visit.GoAsync($"/statistics?report={ThisQuarter}&scope=own");
        }),
        PageState.At("statistics-freeze", "/statistics", Secretariat),
        new("statistics-frozen", "/statistics", Secretariat, async (system, visit) =>
            await visit.GoAsync($"/statistics?report={await system.FrozenQuarterAsync()}")),
        new("statistics-diff", "/statistics/diff", Secretariat, async (system, visit) =>
            await visit.GoAsync($"/statistics/diff?quarter={await system.FrozenQuarterAsync()}&later=2")),
        PageState.At("figures", "/statistics/figures", "ssu-innlandet"),
        new("figures-own-compared", "/statistics/figures", Coordinator, async (system, visit) =>
        {
            await system.StartedCaseAsync();
            await ActAsync(system, Coordinator, (await system.ReportAsync(s => s with { ActualHarm = "severe" })).Id, "record-patient-information",
                new() { PatientInformation = new() { Informed = "notInformed", ReasonCode = "planned" } });
            var client = await system.ClientAsync(Coordinator);
            await Eventually.IsTrue(async () => (await client.GetPatientInformationAsync()).Total.NotInformed > 0, TimeSpan.FromSeconds(30));
            var lastYear = WorkbenchSystem.QuarterOf(DateTime.UtcNow.AddYears(-1));
            await visit.GoAsync($"/statistics/figures?scope=own&by=category&quarter={ThisQuarter}&compare={lastYear}");
        }),
        PageState.At("signals-none", "/statistics/signals", Coordinator),
        PageState.At("indicators-nothing", "/statistics/indicators", "coordinator-nlsh"),
        new("indicators", "/statistics/indicators", "ssu-innlandet", async (system, visit) =>
        {
            await system.FrozenQuarterAsync();
            await visit.GoAsync("/statistics/indicators");
            await visit.Page.WaitForSelectorAsync("td:text-is('15,2')");
        }),
        new("activity", "/statistics/activity", MunicipalCoordinator, async (system, visit) =>
        {
            await system.ReportAsync(s => s with { Reporter = new() { Profession = "Sykepleier" } });
            await visit.GoAsync("/statistics/activity");
            await visit.Page.WaitForSelectorAsync("th:text-is('Sykepleier')");
        }),
        PageState.At("poster", "/help/poster", Nurse),
        PageState.At("administration", "/administration", Coordinator),
        new("administration-unit-open", "/administration", Coordinator, async (_, visit) =>
        {
            await visit.GoAsync("/administration");
            await visit.Page.ClickAsync("summary[aria-label^='Endre'] >> nth=0");
        }),
        PageState.At("notices-own", "/notices", Nurse),
        new("notices-of-a-unit", "/notices", Handler, async (system, visit) =>
        {
            await system.ReportAsync();
            await visit.GoAsync("/notices?unit=si-elverum-hamar");
        }),
        new("notices-errors", "/notices", Coordinator, async (_, visit) =>
        {
            await visit.GoAsync("/notices?unit=si-tynset");
            await visit.Page.SelectOptionAsync("#Input_QuietFrom", "21");
            await visit.Page.ClickAsync("button:text-is('Lagre')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        PageState.At("rules", "/administration/rules", Coordinator),
        PageState.At("roles-none", "/administration/roles", "coordinator-nlsh"),
        new("roles-errors", "/administration/roles", Coordinator, async (_, visit) =>
        {
            await visit.GoAsync("/administration/roles");
            await visit.Page.ClickAsync("summary:text-is('Gi en rolle')");
            await visit.Page.ClickAsync("button:text-is('Gi en rolle')");
            await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        }),
        new("roles", "/administration/roles", Coordinator, async (system, visit) =>
        {
            await (await system.ClientAsync(Coordinator)).AssignAsync(new()
            {
                Subject = $"vikar-{Guid.CreateVersion7():N}", Name = "Vikar Vikarsen", Role = "handler", Unit = "si-tynset", Reason = "Vikariat i påsken.",
            });
            await visit.GoAsync("/administration/roles");
        }),
        new("roles-pending", "/administration/roles", Admin, async (system, visit) =>
        {
            await (await system.ClientAsync("admin-innlandet")).AssignAsync(new()
            {
                Subject = $"revisor-{Guid.CreateVersion7():N}", Name = "Vikar Vikarsen", Role = "auditor", Reason = "Ny i stillingen.",
            });
            await visit.GoAsync("/administration/roles");
        }),
        PageState.At("administration-of-a-party", "/administration", Admin, "/administration?party=970540008"),
        PageState.At("parked-none", "/administration/parked", Admin),
        PageState.At("clients", "/administration/clients", Admin),
        PageState.At("access", "/administration/access", Auditor),
        PageState.At("access-nothing", "/administration/access", Auditor, "/administration/access?subject=finnesikke"),
        .. new[] { "what", "deadlines", "privacy", "reporter", "handler", "coordinator", "unitLeader", "learningEditor", "ssu", "auditor", "admin" }
            .Select(topic => PageState.At($"help-{topic}", "/help/{topic?}", Nurse, $"/help/{topic}")),
    ];

    private static string ThisQuarter => WorkbenchSystem.QuarterOf(DateTime.UtcNow);

    private static async Task FillReportAsync(Visit visit)
    {
        await visit.GoAsync("/report");
        await visit.Page.Locator("#Search").PressSequentiallyAsync("elverum");
        await visit.Page.ClickAsync(".party-choice:has-text('SI Elverum')");
        await visit.Page.FillAsync("#Form_Narrative", "Epikrisen kom ni dager etter utskrivning. Fastlegen visste ikke hva som var avtalt.");
    }

    /// <summary>Somebody who does nothing: the page's own clock is moved, so that what counts down is what runs in the browser.</summary>
    private static async Task IdleAsync(Visit visit, int secondsBeforeEnd, string shown)
    {
        await visit.Page.Clock.InstallAsync();
        await visit.GoAsync("/report");
        var idle = int.Parse((await visit.Page.GetAttributeAsync("body", "data-idle-seconds"))!, CultureInfo.InvariantCulture);
        await visit.Page.Clock.FastForwardAsync((idle - secondsBeforeEnd) * 1000L);
        await visit.Page.WaitForSelectorAsync($"{shown}:not([hidden])");
    }

    private static async Task ActAsync(WorkbenchSystem system, string persona, Guid id, string action, CaseAction? body = null)
    {
        var client = await system.ClientAsync(persona);
        await client.ActAsync(id, (await client.GetCaseAsync(id)).Case.Version, action, body ?? new());
    }

    private static string Today => TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo"))
        .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A case for a trust that does not use Avvik.</summary>
    private static async Task<Guid> LetterAsync(WorkbenchSystem system)
    {
        Deviation? sent = null;
        // Until every service has heard of the trust: one that has not refuses the report, or lets it wait for a person.
        await Eventually.IsTrue(async () =>
        {
            try
            {
                sent = await system.ReportAsync(s => s with
                {
                    Respondent = new() { OrganizationNumber = "993467049", Site = "Ullevål" },
                    ImmediateAction = "Vi ringte avdelingen og fikk epikrisen lest opp.",
                    Patient = new() { IdentifierType = "fnr", Identifier = SyntheticNumber },
                    Reporter = new() { Profession = "nurse" },
                });
                return sent.State == "routed";
            }
            catch (AvvikProblemException) { return false; }
        }, TimeSpan.FromSeconds(60));
        return sent!.Id;
    }

    private static async Task<Guid> AskedAsync(WorkbenchSystem system)
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await ActAsync(system, Handler, deviation.Id, "ask", new() { Question = "Hvilken dag ble pasienten utskrevet?" });
        await system.ReporterSeesAsync(deviation.Id, "awaitingReporter");
        return deviation.Id;
    }

    private static async Task<Guid> AnsweredAsync(WorkbenchSystem system)
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await ActAsync(system, Handler, deviation.Id, "answer", new()
        {
            Text = "Epikriser ble liggende når vakten skiftet. Fra neste uke godkjennes de før vakten går.",
            ContributingFactors = ["capacity", "procedureUnknown"],
            Measures = [new() { Description = "Epikriser godkjennes før vaktskifte", Owner = "Avdelingsleder", DueDate = "2027-02-01" }],
        });
        await system.ReporterSeesAsync(deviation.Id, "answered");
        return deviation.Id;
    }

    private static async Task<(Guid Case, Guid Lesson)> ClosedAsync(WorkbenchSystem system)
    {
        var id = await AnsweredAsync(system);
        await ActAsync(system, MunicipalCoordinator, id, "accept");
        var lesson = await (await system.ClientAsync(Coordinator)).ProposeLessonAsync(id, new()
        {
            Title = "Epikriser før vaktskifte",
            WhatHappened = "Epikrisen kom ni dager etter utskrivning.",
            Why = "Rutinen var ikke kjent for dem som gikk av vakt.",
            WhatWeChanged = "Epikriser godkjennes før vaktskifte.",
            WhoShouldKnow = "Sengeposter i sykehus",
        });
        return (id, lesson.Id);
    }

    private static Task<Deviation> PatientAsync(WorkbenchSystem system) =>
        system.ReportAsync(s => s with { Patient = new() { IdentifierType = "fnr", Identifier = SyntheticNumber } });

    private static Task<Deviation> SeriousAsync(WorkbenchSystem system) => system.ReportAsync(s => s with
    {
        ActualHarm = "severe",
        Patient = new() { IdentifierType = "fnr", Identifier = SyntheticNumber },
    });

    private static async Task<Guid> UnclearAsync(WorkbenchSystem system, string narrative) =>
        (await system.ReportAsync(s => s with { Category = null, Narrative = narrative })).Id;

    // A synthetic number (month + 80), as Skatteetaten gives out for tests.
    private const string SyntheticNumber = "13857510059";
}
