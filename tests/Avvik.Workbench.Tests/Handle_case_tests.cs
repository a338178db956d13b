using Avvik.Client;
using Avvik.Testing;
using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

/// <summary>A case from the worklist to its lesson, by the people whose work it is.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Handle_case_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Coordinator_strikes_a_name_and_withdraws_the_lesson()
    {
        var deviation = await system.ReportAsync(s => s with { Narrative = "Den gamle kvasteveden kom hjem uten epikrise." });
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync($"/case/{deviation.Id}");
        await visit.Page.ClickAsync("summary:text-is('Stryk tekst')");
        await visit.Page.FillAsync("#redact-Passage", "gamle kvasteveden");
        // What one writes is looked at while it is written.
        await visit.Page.FillAsync("#redact-Reason", "Navnet til Ole Hansen sto der.");
        await visit.Page.WaitForSelectorAsync("form:has(#redact-Reason) mark.may:text-is('Ole Hansen')");
        await visit.Page.ClickAsync("button:text-is('Stryk tekst')");
        Assert.Contains("Teksten strykes overalt", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        var client = await system.ClientAsync("coordinator-si");
        await Eventually.IsTrue(async () => (await client.GetCaseAsync(deviation.Id)).Narrative == "Den [strøket] kom hjem uten epikrise.",
            TimeSpan.FromSeconds(30));

        await system.StartAsync(deviation.Id);
        foreach (var (action, body) in new (string, CaseAction)[]
        {
            ("answer", new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." }), ("close", new()),
        })
            await client.ActAsync(deviation.Id, (await client.GetCaseAsync(deviation.Id)).Case.Version, action, body);
        var lesson = await client.ProposeLessonAsync(deviation.Id, new()
        {
            Title = "Epikrisen følger pasienten",
            WhatHappened = "Den kom sent.",
            Why = "Ingen skrev den.",
            WhatWeChanged = "Vi skriver den.",
            WhoShouldKnow = "Alle.",
        });
        await visit.GoAsync($"/learning/{lesson.Id}");
        await visit.Page.ClickAsync("summary:text-is('Trekk tilbake læringsnotatet')");
        await visit.Page.ClickAsync("button:text-is('Trekk tilbake læringsnotatet')");
        await visit.Page.WaitForSelectorAsync("#error-summary");
        await visit.Page.FillAsync("#Reason", "Det hadde et navn.");
        await visit.Page.ClickAsync("button:text-is('Trekk tilbake læringsnotatet')");
        Assert.Contains("Læringsnotatet er trukket tilbake", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Equal(404, (await visit.GoAsync($"/learning/{lesson.Id}"))!.Status);
    }

    [Fact]
    public async Task Coordinator_opens_a_confidential_reporters_name()
    {
        var deviation = await system.ReportAsync(s => s with { Reporter = new() { Name = "Kari Melder", Profession = "Sykepleier", Confidential = true } });
        await using var visit = await system.ReturnAsync("coordinator-hamar");
        await visit.GoAsync($"/case/{deviation.Id}");
        await visit.Page.ClickAsync("a:text-is('Se meldingen')");
        Assert.DoesNotContain("Kari Melder", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        await visit.Page.ClickAsync("button:text-is('Vis navnet for å kontakte den som meldte')");
        await visit.Page.WaitForSelectorAsync("dd:text-is('Kari Melder')");
        await visit.LookAsync("reporter-opened");
        await visit.Page.ClickAsync("a:text-is('Skjul')");
        Assert.DoesNotContain("Kari Melder", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_finds_acknowledges_starts_and_answers_a_case()
    {
        var deviation = await system.ReportAsync();
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/worklist?q={deviation.Reference}");
        await visit.Page.ClickAsync($"a:text-is('{deviation.Reference}')");
        await visit.Page.ClickAsync("button:text-is('Bekreft mottatt')");
        await visit.Page.ClickAsync("button:text-is('Begynn behandlingen')");
        await visit.Page.ClickAsync("a:text-is('Besvar')");

        // Nothing is filled in: every missing thing is named where it is missing, and the summary takes focus.
        await visit.Page.ClickAsync("button:text-is('Send svaret')");
        await visit.Page.WaitForSelectorAsync("#error-summary:focus");

        await visit.Page.FillAsync("#Input_Text", "Epikriser godkjennes nå daglig.");
        await visit.Page.CheckAsync("input[value='capacity']");
        await visit.Page.FillAsync("#Input_NoMeasuresReason", "Rutinen er alt endret.");
        await visit.Page.ClickAsync("button:text-is('Send svaret')");
        await visit.Page.WaitForURLAsync($"**/case/{deviation.Id}");
        Assert.Contains("Svaret er sendt", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Equal("answered", (await (await system.ClientAsync("nurse-hamar")).GetCaseAsync(deviation.Id)).Case.State);
    }

    [Fact]
    public async Task Answer_draft_is_there_again_after_the_page_was_left()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/case/{deviation.Id}/answer");
        await visit.Page.RunAndWaitForResponseAsync(
            () => visit.Page.FillAsync("#Input_Text", "Skrevet uten å lagre"), r => r.Url.Contains("handler=keep", StringComparison.Ordinal));
        await visit.GoAsync($"/case/{deviation.Id}/answer");
        Assert.Equal("Skrevet uten å lagre", await visit.Page.InputValueAsync("#Input_Text"));
        await visit.Page.FillAsync("#Input_Text", "Halvferdig svar");
        await visit.Page.ClickAsync("button:text-is('Lagre utkast')");
        await visit.GoAsync("/worklist");
        await visit.GoAsync($"/case/{deviation.Id}/answer");
        Assert.Equal("Halvferdig svar", await visit.Page.InputValueAsync("#Input_Text"));
    }

    [Fact]
    public async Task Change_by_a_colleague_is_shown_field_by_field_and_nothing_typed_is_lost()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/case/{deviation.Id}");
        await visit.Page.ClickAsync("summary:text-is('Spør melderen')");
        await visit.Page.FillAsync("#ask-Question", "Når ble epikrisen sendt?");

        var colleague = await system.ClientAsync("coordinator-si");
        var before = await colleague.GetCaseAsync(deviation.Id);
        await colleague.ActAsync(deviation.Id, before.Case.Version, "reclassify",
            new CaseAction { Category = "communication", Reason = "Gjelder varslingen." });

        await visit.Page.ClickAsync("button:text-is('Spør melderen')");
        var conflict = await visit.Page.InnerTextAsync("#conflict");
        Assert.Contains("Kategori", conflict, StringComparison.Ordinal);
        Assert.Equal("Når ble epikrisen sendt?", await visit.Page.InputValueAsync("#ask-Question"));
        await visit.Page.ClickAsync("button:text-is('Spør melderen')");
        Assert.Equal("awaitingReporter", (await colleague.GetCaseAsync(deviation.Id)).Case.State);
    }

    [Fact]
    public async Task Coordinator_answers_closes_and_proposes_the_lesson_in_one_step()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync($"/case/{deviation.Id}/answer");
        await visit.Page.FillAsync("#Input_Text", "Epikriser ble liggende når vakten skiftet.");
        await visit.Page.CheckAsync("input[value='procedureUnknown']");
        await visit.Page.FillAsync("#Input_Measures_0__Description", "Epikriser godkjennes før vaktskifte");
        await visit.Page.FillAsync("#Input_Measures_0__Owner", "Avdelingsleder");
        await visit.Page.FillAsync("#Input_Measures_0__DueDate",
            DateTime.UtcNow.AddDays(30).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        await visit.Page.CheckAsync("input[name='Input.Close']");
        await visit.Page.FillAsync("#Input_LessonTitle", "Epikriser før vaktskifte");
        await visit.Page.FillAsync("#Input_LessonWhy", "Rutinen var ikke kjent for dem som gikk av vakt.");
        await visit.Page.FillAsync("#Input_LessonWhoShouldKnow", "Sengeposter i sykehus");
        await visit.Page.ClickAsync("button:text-is('Send svaret')");
        await visit.Page.WaitForURLAsync($"**/case/{deviation.Id}");
        Assert.Contains("læringsnotatet er foreslått", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);

        await visit.GoAsync("/learning");
        await visit.Page.ClickAsync("a:text-is('Epikriser før vaktskifte')");
        await using var other = await system.ReturnAsync("coordinator-hamar");
        await other.GoAsync(new Uri(visit.Page.Url).PathAndQuery);
        await other.Page.ClickAsync("button:text-is('Godkjenn for vår part')");
        Assert.Contains("Alle i helsefellesskapet", await other.Page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_cases_are_acknowledged_at_once_and_those_a_colleague_changed_are_named()
    {
        var (first, second) = (await system.ReportAsync(), await system.ReportAsync());
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync("/worklist?state=routed&sort=-receivedAt");
        foreach (var deviation in new[] { first, second }) await visit.Page.CheckAsync($"input[aria-label='Velg {deviation.Reference}']");
        var colleague = await system.ClientAsync("coordinator-si");
        await colleague.ActAsync(second.Id, (await colleague.GetCaseAsync(second.Id)).Case.Version, "acknowledge");
        await visit.Page.ClickAsync("button:text-is('Bekreft mottatt')");
        Assert.Contains("1 sak er bekreftet mottatt.", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Contains(second.Reference, await visit.Page.InnerTextAsync(".ds-alert[data-color='warning']"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transfer_without_a_unit_keeps_what_was_selected_and_typed()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/worklist?q={deviation.Reference}");
        await visit.Page.CheckAsync($"input[aria-label='Velg {deviation.Reference}']");
        await visit.Page.ClickAsync("summary:text-is('Overfør til en annen enhet')");
        await visit.Page.FillAsync("#reason", "Gjelder Tynset.");
        await visit.Page.ClickAsync(".confirm button");
        await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        Assert.True(await visit.Page.IsCheckedAsync($"input[aria-label='Velg {deviation.Reference}']"));
        Assert.Equal("Gjelder Tynset.", await visit.Page.InputValueAsync("#reason"));
        await visit.Page.SelectOptionAsync("#to", "si-tynset");
        await visit.Page.ClickAsync(".confirm button");
        Assert.Contains("1 sak", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_are_in_the_address_and_a_view_is_kept_under_a_name()
    {
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync("/worklist");
        await visit.Page.SelectOptionAsync("#category", "dischargeSummary");
        await visit.Page.ClickAsync(".filters button");
        await visit.Page.WaitForURLAsync("**category=dischargeSummary**");
        await visit.Page.EvaluateAsync("document.querySelector('details.views').open = true");
        await visit.Page.FillAsync("#view-name", "Epikriser");
        await visit.Page.ClickAsync("button:text-is('Lagre visning')");
        await visit.GoAsync("/worklist");
        await visit.Page.ClickAsync("a:text-is('Epikriser')");
        Assert.Contains("category=dischargeSummary", visit.Page.Url, StringComparison.Ordinal);
        await visit.GoAsync("/worklist?q=finnesikke");
    }

    [Fact]
    public async Task Case_of_another_party_is_not_found()
    {
        var deviation = await system.ReportAsync();
        await using var visit = await system.ReturnAsync("handler-nlsh-medisinsk");
        Assert.Equal(404, (await visit.GoAsync($"/case/{deviation.Id}"))!.Status);
    }

    [Fact]
    public async Task Worklist_and_answering_work_without_javascript()
    {
        var deviation = await system.ReportAsync();
        await using var visit = await system.ReturnAsync("handler-elverum-hamar", new VisitOptions(JavaScript: false));
        await visit.GoAsync($"/worklist?q={deviation.Reference}");
        await visit.Page.ClickAsync($"a:text-is('{deviation.Reference}')");
        await visit.Page.ClickAsync("button:text-is('Bekreft mottatt')");
        await visit.Page.ClickAsync("button:text-is('Begynn behandlingen')");
        await visit.Page.ClickAsync("a:text-is('Besvar')");
        await visit.Page.FillAsync("#Input_Text", "Epikriser godkjennes nå daglig.");
        await visit.Page.CheckAsync("input[value='capacity']");
        await visit.Page.FillAsync("#Input_NoMeasuresReason", "Rutinen er alt endret.");
        await visit.Page.ClickAsync("button:text-is('Send svaret')");
        Assert.Contains("Svaret er sendt", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reporter_adds_a_file_and_the_unit_that_has_the_case_saves_it()
    {
        var deviation = await system.StartedCaseAsync();
        await using (var nurse = await system.ReturnAsync("nurse-hamar"))
        {
            await nurse.GoAsync($"/report/{deviation.Id}");
            await nurse.Page.ClickAsync("a:text-is('Vedlegg')");
            await nurse.Page.SetInputFilesAsync("#Upload",
                new FilePayload { Name = "Epikrise.txt", MimeType = "text/plain", Buffer = "Æ, ø og å"u8.ToArray() });
            await nurse.Page.ClickAsync("button:text-is('Legg til')");
            await nurse.Page.WaitForSelectorAsync("th a:text-is('Epikrise.txt')");
        }
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/case/{deviation.Id}");
        await visit.Page.ClickAsync("a:text-is('Vedlegg')");
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.ClickAsync("th a:text-is('Epikrise.txt')"));
        Assert.Equal(("Epikrise.txt", "Æ, ø og å"), (download.SuggestedFilename, await File.ReadAllTextAsync(await download.PathAsync())));
    }

    [Fact]
    public async Task Envelope_is_opened_for_a_purpose_and_shown_once()
    {
        var deviation = await system.ReportAsync(s => s with { Patient = new() { IdentifierType = "fnr", Identifier = SyntheticNumber } });
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/case/{deviation.Id}");
        Assert.DoesNotContain(SyntheticNumber, await visit.Page.ContentAsync(), StringComparison.Ordinal);
        await visit.Page.ClickAsync("section[aria-labelledby='envelope'] button");
        Assert.Contains("Velg hva du trenger identiteten til.", await visit.Page.InnerTextAsync(".ds-error-summary"), StringComparison.Ordinal);
        await visit.Page.SelectOptionAsync("#Purpose", "contactPatient");
        await visit.Page.ClickAsync("section[aria-labelledby='envelope'] button");
        Assert.Contains(SyntheticNumber, await visit.Page.InnerTextAsync(".identity"), StringComparison.Ordinal);
        Assert.DoesNotContain(SyntheticNumber, visit.Page.Url, StringComparison.Ordinal);
        await visit.GoAsync($"/case/{deviation.Id}");
        Assert.DoesNotContain(SyntheticNumber, await visit.Page.ContentAsync(), StringComparison.Ordinal);
    }

    // A synthetic number (month + 80), as Skatteetaten gives out for tests.
    private const string SyntheticNumber = "13857510059";
}
