namespace Avvik.Workbench.Tests;

/// <summary>Triage, statistics, administration and help, each by somebody whose page it is.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Pages_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Coordinator_triages_by_keyboard_alone()
    {
        // No category and nothing that tells one: it waits for a person.
        var deviation = await system.ReportAsync(s => s with { Category = null, Narrative = "Noe ble ikke som det skulle mellom oss denne gangen." });
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync("/triage");
        await visit.GoAsync($"/triage/{deviation.Id}");
        var keyboard = visit.Page.Keyboard;
        await visit.Page.FocusAsync("#Input_Category");
        await visit.Page.SelectOptionAsync("#Input_Category", "communication");
        await visit.Page.FocusAsync(".decision button[type='submit']");
        await keyboard.PressAsync("Enter");
        await visit.Page.WaitForSelectorAsync(".notice");
        Assert.Contains("er sendt til enheten", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        Assert.Equal("communication", (await (await system.ClientAsync("coordinator-si")).GetCaseAsync(deviation.Id)).Case.Category);
    }

    [Fact]
    public async Task Rejection_without_a_reason_names_what_is_missing()
    {
        var deviation = await system.ReportAsync(s => s with { Category = null, Narrative = "Noe annet ble heller ikke som det skulle." });
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync($"/triage/{deviation.Id}");
        await visit.Page.CheckAsync("#decision-reject");
        await visit.Page.ClickAsync(".decision button[type='submit']");
        await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        await visit.Page.SelectOptionAsync("#Input_ReasonCode", "internal");
        await visit.Page.FillAsync("#Input_Comment", "Gjelder bare dere selv.");
        await visit.Page.ClickAsync(".decision button[type='submit']");
        await visit.Page.WaitForSelectorAsync(".notice");
        Assert.Equal("rejected", (await (await system.ClientAsync("nurse-hamar")).GetDeviationAsync(deviation.Id)).State);
    }

    [Fact]
    public async Task Question_to_the_reporter_is_asked_and_answered_before_the_decision()
    {
        var deviation = await system.ReportAsync(s => s with { Category = null, Narrative = "Det var noe uklart med det som ble avtalt her." });
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync($"/triage/{deviation.Id}");
        await visit.Page.CheckAsync("#decision-ask");
        await visit.Page.FillAsync("#Input_Question", "Hva gjaldt det?");
        await visit.Page.ClickAsync(".decision button[type='submit']");
        await visit.Page.WaitForSelectorAsync(".notice");
        await visit.GoAsync($"/triage/{deviation.Id}");
        Assert.Equal(0, await visit.Page.Locator(".decision").CountAsync());
        Assert.Contains("Hva gjaldt det?", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_in_the_queue_is_a_key_away()
    {
        await system.ReportAsync(s => s with { Category = null, Narrative = "Noe gikk ikke som planlagt den første gangen." });
        await system.ReportAsync(s => s with { Category = null, Narrative = "Heller ikke den andre gangen ble det som tenkt." });
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync("/triage");
        await visit.Page.ClickAsync("a:text-is('Vurder én og én')");
        var first = visit.Page.Url;
        var next = await visit.Page.GetAttributeAsync("a[rel='next']", "href");
        await visit.Page.Keyboard.PressAsync("j");
        await visit.Page.WaitForURLAsync("**" + next);
        await visit.Page.Keyboard.PressAsync("k");
        await visit.Page.WaitForURLAsync(first);
    }

    [Fact]
    public async Task Report_is_a_page_with_charts_tables_and_files()
    {
        await system.ReportAsync();
        await using var visit = await system.ReturnAsync("coordinator-si");
        var quarter = $"{DateTime.UtcNow.Year}-Q{(DateTime.UtcNow.Month + 2) / 3}";
        await visit.GoAsync($"/statistics?report={quarter}");
        Assert.Contains("Foreløpig", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.ClickAsync("a:text-is('Last ned PDF')"));
        await using var file = await download.CreateReadStreamAsync();
        var start = new byte[5];
        await file.ReadExactlyAsync(start);
        Assert.Equal("%PDF-"u8.ToArray(), start);
        await visit.GoAsync("/statistics/signals");
    }

    [Theory]
    [InlineData("coordinator-si", "/administration")]
    [InlineData("coordinator-si", "/administration/rules")]
    [InlineData("coordinator-si", "/administration/roles")]
    [InlineData("auditor-innlandet", "/administration/access")]
    [InlineData("nurse-hamar", "/help/what")]
    [InlineData("ssu-innlandet", "/statistics")]
    [InlineData("secretariat-innlandet", "/statistics")]
    [InlineData("learning-editor", "/learning")]
    public async Task Page_is_there_for_whose_it_is(string persona, string path)
    {
        await using var visit = await system.ReturnAsync(persona);
        Assert.Equal(200, (await visit.GoAsync(path))!.Status);
    }

    [Fact]
    public async Task Rules_are_tried_before_they_are_set()
    {
        await system.ReportAsync();
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync("/administration/rules");
        await visit.Page.SelectOptionAsync("select[name='Rules[0].Category']", "dischargeSummary");
        await visit.Page.SelectOptionAsync("select[name='Rules[0].Unit']", "si-tynset");
        await visit.Page.ClickAsync("button:text-is('Prøv reglene på de siste sakene')");
        Assert.Contains("ville gått et annet sted", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auditor_finds_who_has_read_a_case_and_that_the_log_is_unchanged()
    {
        var deviation = await system.ReportAsync();
        await (await system.ClientAsync("handler-elverum-hamar")).GetCaseAsync(deviation.Id);
        await using var visit = await system.ReturnAsync("auditor-innlandet");
        await visit.GoAsync($"/administration/access?deviation={system.Address}/case/{deviation.Id}");
        Assert.Contains("handler-elverum-hamar", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        await visit.Page.ClickAsync("button:text-is('Kontroller at loggen er uendret')");
        Assert.Contains("Loggen er uendret", await visit.Page.InnerTextAsync(".ds-alert"), StringComparison.Ordinal);
    }
}
