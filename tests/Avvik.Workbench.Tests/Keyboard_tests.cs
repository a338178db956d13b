namespace Avvik.Workbench.Tests;

/// <summary>Journeys again without a mouse.</summary>
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
    public async Task Report_is_written_sent_and_followed_by_keyboard()
    {
        await using var visit = await system.SignInAsync("leader-hamar-tildeling");
        var (page, keys) = (visit.Page, new KeyboardUser(visit));
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/report']");
        await keys.IsAtAsync("Meld avvik");
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var occurred = Enumerable.Range(0, 400).Select(days => today.AddDays(-days)).First(day => day.Day == day.Month);
        await keys.TypeDateAsync("#Form_OccurredOn", occurred);
        await keys.PressOnAsync("input[name='Form.Kind']", "ArrowDown");
        await keys.TypeIntoAsync("#Search", "lillehammer");
        await page.WaitForSelectorAsync(".party-choice:has-text('SI Lillehammer')");
        await keys.PressOnAsync("input[name='Form.Party']", "Space");
        await keys.TypeIntoAsync("#Form_Narrative", "Epikrisen kom ni dager etter utskrivning. Fastlegen visste ikke hva som var avtalt.");
        await page.WaitForSelectorAsync(".preview:has-text('Lillehammer')");
        await keys.PressOnAsync(".more > summary");
        await page.WaitForSelectorAsync("#Form_ImmediateAction");
        await keys.TypeIntoAsync("#Form_ImmediateAction", "Ringte avdelingen.");
        await keys.FollowAsync("#report-form .actions button");
        await page.WaitForURLAsync("**/report/receipt/**");
        var reference = (await page.InnerTextAsync(".reference")).Trim();
        await keys.FollowAsync(".actions a[href^='/report/']");
        Assert.Contains(reference, await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Case_is_answered_closed_and_its_lesson_approved_by_keyboard()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.ReturnAsync("coordinator-si");
        var (page, keys) = (visit.Page, new KeyboardUser(visit));
        await visit.GoAsync($"/worklist?q={deviation.Reference}");
        await keys.FollowAsync($"a[href='/case/{deviation.Id}']");
        await keys.FollowAsync($"a[href='/case/{deviation.Id}/answer']");
        await keys.TypeIntoAsync("#Input_Text", "Epikriser ble liggende når vakten skiftet.");
        await keys.PressOnAsync("input[value='procedureUnknown']", "Space");
        await keys.TypeIntoAsync("#Input_Measures_0__Description", "Epikriser godkjennes før vaktskifte");
        await keys.TypeIntoAsync("#Input_Measures_0__Owner", "Avdelingsleder");
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        await keys.TypeDateAsync("#Input_Measures_0__DueDate",
            Enumerable.Range(1, 400).Select(days => today.AddDays(days)).First(day => day.Day == day.Month));
        await keys.PressOnAsync("input[name='Input.Close']", "Space");
        await keys.TypeIntoAsync("#Input_LessonTitle", "Epikriser godkjennes før vaktskifte");
        await keys.TypeIntoAsync("#Input_LessonWhy", "Rutinen var ikke kjent for dem som gikk av vakt.");
        await keys.TypeIntoAsync("#Input_LessonWhoShouldKnow", "Sengeposter i sykehus");
        await keys.FollowAsync("#answer > .actions button[type='submit']");
        Assert.Contains("læringsnotatet er foreslått", await page.InnerTextAsync(".notice"), StringComparison.Ordinal);

        var lessons = await (await system.ClientAsync("coordinator-si")).ListLessonsAsync();
        var lesson = lessons.Items.Single(l => l.Origin?.CaseId == deviation.Id).Id;
        await using var other = await system.ReturnAsync("coordinator-hamar");
        var otherKeys = new KeyboardUser(other);
        await other.GoAsync("/help");
        await otherKeys.FollowAsync(".site-nav a[href='/learning']");
        await otherKeys.FollowAsync($"a[href='/learning/{lesson}']");
        await otherKeys.FollowAsync("form[action*='handler=Approve'] button");
        Assert.NotEmpty(await other.Page.InnerTextAsync(".notice"));
        Assert.Empty(visit.Complaints.Concat(other.Complaints));
    }

    [Fact]
    public async Task Quarter_is_read_broken_down_and_frozen_by_keyboard()
    {
        await system.FrozenQuarterAsync(); // from then on figures are complete
        await using var visit = await system.ReturnAsync("secretariat-nlsh");
        var (page, keys) = (visit.Page, new KeyboardUser(visit));
        await visit.GoAsync("/help");
        await keys.FollowAsync(".site-nav a[href='/statistics']");
        await keys.FollowAsync("a[href^='/statistics/figures']");
        await keys.TypeIntoAsync("#by", "Kategori");
        await keys.FollowAsync(".filters button");
        Assert.Contains("by=category", page.Url, StringComparison.Ordinal);
        await keys.FollowAsync(".site-nav a[href='/statistics']");
        await keys.FollowAsync("a[href='/statistics/signals']");
        await keys.IsAtAsync("Signaler");
        await keys.FollowAsync(".site-nav a[href='/statistics']");
        await keys.PressOnAsync(".confirm > summary");
        await keys.FollowAsync(".confirm[open] button");
        Assert.Contains("versjon 1", await page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        await keys.PressOnAsync("main details > summary");
        await page.WaitForSelectorAsync("main details[open] table");
        Assert.Equal(1, await page.Locator("main details[open] table").CountAsync());
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
}
