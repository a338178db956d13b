using System.Globalization;

namespace Avvik.Workbench.Tests;

/// <summary>Every journey again without a mouse.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Keyboard_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Person_signs_in_acts_as_another_and_signs_out_by_keyboard()
    {
        await using var visit = await system.OpenAsync();
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/signin?returnTo=/acting");
        await keys.FollowAsync("button[value='kari-flere-roller']");
        await visit.Page.WaitForURLAsync("**/acting");
        await keys.FollowAsync("button.choice:not([aria-current])");
        Assert.Contains("Divisjon Elverum-Hamar", await visit.Page.InnerTextAsync(".who-acting"), StringComparison.Ordinal);

        // The menu closes with Escape and gives focus back.
        await keys.PressOnAsync(".who summary");
        await visit.Page.WaitForSelectorAsync(".who[open]");
        await keys.TabToAsync(".who-panel button[value='nn']");
        await keys.PressAsync("Escape");
        Assert.Equal(0, await visit.Page.Locator(".who[open]").CountAsync());
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.activeElement.matches('.who summary')"));

        await keys.PressAsync("Enter");
        await keys.FollowAsync(".who-panel form[action='/signin/out'] button");
        await visit.Page.WaitForURLAsync("**/signin/signed-out");
        await keys.IsAtAsync("Du er logget ut");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Skip_link_leads_past_the_menu()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/report");
        await keys.PressOnAsync(".skip-link");
        Assert.Equal("main", await keys.FocusedAsync());
        await keys.TabToAsync("#Form_OccurredOn");
    }

    [Fact]
    public async Task Nurse_reports_and_follows_the_report_by_keyboard()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/report']");
        await keys.IsAtAsync("Meld avvik");

        // What is missing is told where focus is, and each line leads to its field.
        await keys.PressOnAsync("#report-form .actions button:not([formaction])");
        await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        Assert.StartsWith("Feil: ", await visit.Page.TitleAsync(), StringComparison.Ordinal);
        await keys.PressOnAsync("#error-summary a[href='#Form_Narrative']");
        Assert.Equal("Form_Narrative", await keys.FocusedAsync());
        await visit.Page.Keyboard.TypeAsync("Epikrisen kom ni dager etter utskrivning. Fastlegen visste ikke hva som var avtalt.");

        await keys.PressOnAsync("input[name='Form.Kind']", "ArrowRight");
        await keys.PressAsync("ArrowLeft");
        await keys.TypeIntoAsync("#Search", "lillehammer");
        await visit.Page.WaitForSelectorAsync(".party-choice:has-text('SI Lillehammer')");
        await keys.PressOnAsync("input[name='Form.Party']", "Space");
        await visit.Page.WaitForSelectorAsync(".preview");
        await keys.FollowAsync(".actions button:not([formaction])");
        await keys.IsAtAsync("Meldingen er sendt");
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.activeElement.matches('[data-take-focus]')"));

        await keys.FollowAsync(".actions a:not([href='/report'])");
        Assert.StartsWith("AVV-", await visit.Page.InnerTextAsync("h1"), StringComparison.Ordinal);
        await keys.FollowAsync(".site-nav a[href='/report/mine']");
        await keys.IsAtAsync("Mine meldinger");
        await keys.FollowAsync(".tabs a[href$='state=answered']");
        Assert.Contains("state=answered", visit.Page.Url, StringComparison.Ordinal);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Reporter_answers_a_question_by_keyboard()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        var handler = await system.ClientAsync("handler-elverum-hamar");
        await handler.ActAsync(deviation.Id, (await handler.GetCaseAsync(deviation.Id)).Case.Version, "ask",
            new() { Question = "Hvilken dag ble pasienten utskrevet?" });
        await system.ReporterSeesAsync(deviation.Id, "awaitingReporter");

        await using var visit = await system.ReturnAsync("nurse-hamar");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/report/mine?state=awaitingReporter");
        await keys.FollowAsync($"a[href='/report/{deviation.Id}']");
        await keys.TypeIntoAsync("#Words", "Den tolvte i måneden.");
        await keys.FollowAsync("form[action*='handler=Message'] button");
        Assert.NotEmpty(await visit.Page.InnerTextAsync(".notice"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Handler_takes_a_case_from_the_worklist_to_its_lesson_by_keyboard()
    {
        var deviation = await system.ReportAsync();
        await using var visit = await system.ReturnAsync("coordinator-si");
        var (page, keys) = (visit.Page, new KeyboardUser(visit));
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/worklist']");
        await keys.IsAtAsync("Arbeidsliste");
        await keys.TypeIntoAsync("#q", deviation.Reference);
        await keys.LeaveAsync("Enter");
        await keys.FollowAsync($"a[href='/case/{deviation.Id}']");
        Assert.Contains(deviation.Reference, await page.TitleAsync(), StringComparison.Ordinal);

        await keys.FollowAsync(".action-list > form:has([value='acknowledge']) button");
        await keys.FollowAsync(".action-list > form:has([value='start']) button");
        await keys.FollowAsync($"a[href='/case/{deviation.Id}/answer']");
        await keys.TypeIntoAsync("#Input_Text", "Epikriser ble liggende når vakten skiftet.");
        await keys.PressOnAsync("input[value='procedureUnknown']", "Space");
        await keys.TypeIntoAsync("#Input_Measures_0__Description", "Epikriser godkjennes før vaktskifte");
        await keys.TypeIntoAsync("#Input_Measures_0__Owner", "Avdelingsleder");
        await keys.TabToAsync("#Input_Measures_0__DueDate");
        await TypeDateAsync(visit, DateTime.UtcNow.AddDays(30));
        await keys.PressOnAsync("input[name='Input.Close']", "Space");
        await keys.TypeIntoAsync("#Input_LessonTitle", "Godkjenn før vaktskifte");
        await keys.TypeIntoAsync("#Input_LessonWhy", "Rutinen var ikke kjent for dem som gikk av vakt.");
        await keys.TypeIntoAsync("#Input_LessonWhoShouldKnow", "Sengeposter i sykehus");
        await keys.FollowAsync("#answer .actions button[type='submit']");
        await page.WaitForURLAsync($"**/case/{deviation.Id}");
        Assert.Contains("læringsnotatet er foreslått", await page.InnerTextAsync(".notice"), StringComparison.Ordinal);

        // The other party approves the lesson, by keyboard too.
        await using var other = await system.ReturnAsync("coordinator-hamar");
        var otherKeys = new KeyboardUser(other);
        await other.GoAsync("/help");
        await otherKeys.FollowAsync(".site-nav a[href='/learning']");
        await otherKeys.IsAtAsync("Læring");
        await otherKeys.TypeIntoAsync("input[name='q']", "Godkjenn");
        await otherKeys.LeaveAsync("Enter");
        await otherKeys.FollowAsync(".lesson-list a");
        await otherKeys.FollowAsync("form[action*='handler=Approve'] button");
        Assert.Contains("Alle i helsefellesskapet", await other.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Empty(visit.Complaints.Concat(other.Complaints));
    }

    [Fact]
    public async Task Cases_are_selected_and_acknowledged_by_keyboard()
    {
        var deviation = await system.ReportAsync();
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync($"/worklist?q={deviation.Reference}");
        await keys.PressOnAsync("td.choose input", "Space");
        await keys.FollowAsync(".bulk > button");
        Assert.Contains("bekreftet mottatt", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_that_is_changed_by_keyboard_waits_for_its_button()
    {
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/worklist");
        await keys.PressOnAsync("#category", "ArrowDown");
        await keys.PressAsync("ArrowDown");
        // Had the first arrow sent the form, focus would be lost and the second category out of reach (WCAG 3.2.2).
        Assert.Equal("category", await keys.FocusedAsync());
        var chosen = await visit.Page.InputValueAsync("#category");
        await keys.FollowAsync(".filters button");
        Assert.Contains($"category={chosen}", visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_routes_asks_rejects_and_merges_by_keyboard()
    {
        const string told = "Hjemmesykepleien fikk verken beskjed om utreisen eller utstyret som trengtes den kvelden i forrige uke.";
        var main = await system.ReportAsync(s => s with { Narrative = told });
        var twin = await system.ReportAsync(s => s with { Narrative = told + " Det samme som før." });
        var unclear = new List<Guid>();
        foreach (var what in new[] { "første", "andre", "tredje" })
        {
            var narrative = $"Noe gikk ikke som planlagt den {what} gangen vi prøvde.";
            unclear.Add((await system.ReportAsync(s => s with { Category = null, Narrative = narrative })).Id);
        }

        await using var visit = await system.ReturnAsync("coordinator-si");
        var (page, keys) = (visit.Page, new KeyboardUser(visit));
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/triage']");
        await keys.IsAtAsync("Vurdering");
        await keys.FollowAsync(".page-head a");
        var first = page.Url;
        await keys.LeaveAsync("j");
        await keys.LeaveAsync("k");
        Assert.Equal(first, page.Url);

        // Route.
        await visit.GoAsync($"/triage/{unclear[0]}");
        await keys.TypeIntoAsync("#Input_Category", "Komm");
        await keys.FollowAsync(".decision .actions button");
        Assert.Contains("er sendt til enheten", await page.InnerTextAsync(".notice"), StringComparison.Ordinal);

        // Ask: one arrow down in the list of decisions.
        await visit.GoAsync($"/triage/{unclear[1]}");
        await keys.PressOnAsync("input[name='Input.Decision']", "ArrowDown");
        await keys.TypeIntoAsync("#Input_Question", "Hva gjaldt det?");
        await keys.FollowAsync(".decision .actions button");
        Assert.NotEmpty(await page.InnerTextAsync(".notice"));

        // Reject, at first without a reason.
        await visit.GoAsync($"/triage/{unclear[2]}");
        await keys.PressOnAsync("input[name='Input.Decision']", "ArrowDown");
        await keys.PressAsync("ArrowDown");
        await keys.PressOnAsync(".decision .actions button");
        await page.WaitForSelectorAsync("#error-summary:focus");
        await keys.PressOnAsync("#error-summary a[href='#Input_ReasonCode']");
        Assert.Equal("Input_ReasonCode", await keys.FocusedAsync());
        await keys.PressAsync("ArrowDown");
        await keys.TypeIntoAsync("#Input_Comment", "Gjelder bare dere selv.");
        await keys.FollowAsync(".decision .actions button");
        Assert.Equal("rejected", (await (await system.ClientAsync("nurse-hamar")).GetDeviationAsync(unclear[2])).State);

        // Merge: both texts stand side by side.
        await visit.GoAsync($"/triage/{twin.Id}");
        Assert.Contains(main.Reference, await page.InnerTextAsync("main"), StringComparison.Ordinal);
        await keys.PressOnAsync("input[name='Input.Decision']", "ArrowDown");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("ArrowDown");
        await keys.PressOnAsync("input[name='Input.MainCase']", "Space");
        await keys.FollowAsync(".decision .actions button");
        Assert.NotEmpty(await page.InnerTextAsync(".notice"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Statistics_are_chosen_and_read_by_keyboard()
    {
        await system.ReportAsync();
        await using var visit = await system.ReturnAsync("coordinator-si");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/statistics']");
        await keys.TypeIntoAsync("#report", $"{(DateTime.UtcNow.Month + 2) / 3}. kvartal {DateTime.UtcNow.Year}");
        await keys.FollowAsync(".filters button");
        Assert.Contains($"report={DateTime.UtcNow.Year}-Q", visit.Page.Url, StringComparison.Ordinal);
        await keys.PressOnAsync(".report-table summary");
        await keys.TabToAsync(".report-table .table-scroll");
        await keys.FollowAsync("a[href='/statistics/signals']");
        await keys.IsAtAsync("Signaler");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Unit_is_changed_and_rules_are_tried_by_keyboard()
    {
        await using var visit = await system.ReturnAsync("coordinator-si");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/administration']");
        await keys.IsAtAsync("Forvaltning");
        await keys.PressOnAsync("summary[aria-label='Endre Personvernombud']");
        await keys.TypeIntoAsync("#reason-si-personvern", "Bare for å se.");
        await keys.FollowAsync("details[open] .confirm-body button");
        Assert.NotEmpty(await visit.Page.InnerTextAsync(".notice"));

        await keys.FollowAsync(".tabs a[href='/administration/rules']");
        await keys.TypeIntoAsync("select[name='Rules[0].Category']", "Epikrise");
        await keys.TypeIntoAsync("select[name='Rules[0].Unit']", "Divisjon Tynset");
        await keys.FollowAsync("button[formaction*='handler=Simulate']");
        await keys.IsAtAsync("Rutingsregler");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Help_is_read_by_keyboard()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var keys = new KeyboardUser(visit);
        await visit.GoAsync("/report/mine");
        await keys.FollowAsync(".site-nav a[href='/help']");
        await keys.IsAtAsync("Hva er et samhandlingsavvik?");
        await keys.FollowAsync(".help-topics a[href='/help/deadlines']");
        await keys.IsAtAsync("Slik regnes fristene");
    }

    // A date field takes its parts in the order of the browser's language, which headless Chromium has from its surroundings.
    private static async Task TypeDateAsync(Visit visit, DateTime day)
    {
        var isDayFirst = await visit.Page.EvaluateAsync<bool>("new Intl.DateTimeFormat().format(new Date(2026, 0, 31)).startsWith('31')");
        await visit.Page.Keyboard.TypeAsync(day.ToString(isDayFirst ? "ddMMyyyy" : "MMddyyyy", CultureInfo.InvariantCulture));
        if ((await visit.Page.EvaluateAsync<string>("document.activeElement.value")).Length > 0) return;
        throw new InvalidOperationException("The date was not taken.");
    }
}
