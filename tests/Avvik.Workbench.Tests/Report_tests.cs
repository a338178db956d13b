using System.Diagnostics;
using System.Globalization;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

[Collection(nameof(WorkbenchSystem))]
public sealed class Report_tests(WorkbenchSystem system)
{
    private const string Narrative = "Epikrisen kom ni dager etter utskrivning. Fastlegen visste ikke hva som var avtalt.";

    [Fact]
    public async Task Report_is_sent_with_few_interactions_and_gets_a_receipt()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var (page, started, interactions) = (visit.Page, Stopwatch.GetTimestamp(), 0);
        async Task DoAsync(Func<Task> action)
        {
            interactions++;
            await action();
        }

        await DoAsync(() => visit.GoAsync("/report"));
        await DoAsync(() => page.FillAsync("[name='Form.OccurredOn']", DateTimeOffset.UtcNow.AddDays(-2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        await DoAsync(() => page.Locator("#Search").PressSequentiallyAsync("elverum"));
        await DoAsync(() => page.ClickAsync(".party-choice:has-text('SI Elverum')"));
        await DoAsync(() => page.Locator("[name='Form.Narrative']").FillAsync(Narrative));
        // Who it goes to and when an answer is due, before it is sent.
        await page.WaitForSelectorAsync(".preview:has-text('Divisjon Elverum-Hamar')");
        var preview = await page.InnerTextAsync(".preview");
        Assert.Contains("Sykehuset Innlandet HF", preview, StringComparison.Ordinal);
        Assert.Contains("Divisjon Elverum-Hamar", preview, StringComparison.Ordinal);
        Assert.Matches(@"Svar innen\s+[0-9]+\. [a-z]+ 20[0-9]{2} \(om [0-9]+ dager\)", preview);
        await DoAsync(() => page.ClickAsync("button:has-text('Send inn')"));
        await page.WaitForURLAsync("**/report/receipt/**");
        Assert.Matches("AVV-[0-9]{4}-[0-9]{6}", await page.InnerTextAsync(".reference"));
        Assert.True(interactions < 25);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2));

        // The latest used is first next time, and the draft is gone.
        await visit.GoAsync("/report");
        Assert.Contains("SI Elverum", await page.InnerTextAsync(".party-choice >> nth=0"), StringComparison.Ordinal);
        Assert.Equal("", await page.InputValueAsync("[name='Form.Narrative']"));
    }

    [Fact]
    public async Task Health_record_opens_the_form_with_what_it_knows()
    {
        var token = await Script.RunAsync("compose/token", "--organization", "970540008", "--role", "client");
        var launch = await AvvikClient.Connect(new Uri(system.Address), token).LaunchReportAsync(new()
        {
            Respondent = new() { OrganizationNumber = "983971709", Site = "SI Elverum" },
            OccurredAt = "2026-08-14",
            AffectedMessage = "dischargeSummary",
            MessageId = "melding-a1",
            Difference = "late",
        });
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var page = visit.Page;
        await visit.GoAsync(launch.Path);
        Assert.Contains("melding-a1", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Equal("2026-08-14", await page.InputValueAsync("[name='Form.OccurredOn']"));
        Assert.Equal("late", await page.InputValueAsync("[name='Form.Difference']"));
        await page.Locator("[name='Form.Narrative']").FillAsync(Narrative);
        await page.WaitForSelectorAsync(".preview:has-text('Divisjon Elverum-Hamar')");
        await page.ClickAsync("button:has-text('Send inn')");
        await page.WaitForURLAsync("**/report/receipt/**");
        var id = Guid.Parse(page.Url.Split('/')[^1]);
        var sent = (await (await system.ClientAsync("nurse-hamar")).GetDeviationAsync(id)).Submission;
        Assert.Equal(("melding-a1", "dischargeSummary", "SI Elverum"), (sent.MessageId, sent.AffectedMessage, sent.Respondent!.Site));

        await visit.GoAsync($"/report?launch={launch.Launch[..^4]}AAAA");
        Assert.Contains("virker ikke lenger", await page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hamar", "handler-elverum-hamar", "Hamar kommune")]
    [InlineData("3403", "handler-elverum-hamar", "Hamar kommune")]
    [InlineData("970540008", "handler-elverum-hamar", "Hamar kommune")]
    [InlineData("tynset", "nurse-hamar", "SI Tynset")]
    [InlineData("983971709", "nurse-hamar", "Sykehuset Innlandet HF")]
    public async Task Other_party_is_found_by_what_people_know_of_it(string typed, string persona, string expected)
    {
        await using var visit = await system.ReturnAsync(persona);
        await visit.GoAsync("/report");
        await visit.Page.Locator("#Search").PressSequentiallyAsync(typed);
        await visit.Page.WaitForSelectorAsync($".party-choice:has-text('{expected}')");
    }

    [Fact]
    public async Task Party_chosen_while_a_search_is_under_way_stays_chosen()
    {
        await using var visit = await system.ReturnAsync("leader-hamar-tildeling");
        await visit.GoAsync("/report");
        await visit.Page.Locator("#Search").PressSequentiallyAsync("lillehamme");
        await visit.Page.WaitForSelectorAsync(".party-choice:has-text('SI Lillehammer')");
        var (asked, chosen) = (new TaskCompletionSource(), new TaskCompletionSource());
        await visit.Page.RouteAsync("**/report?handler=Search", async route =>
        {
            asked.TrySetResult();
            await chosen.Task;
            await route.ContinueAsync();
        });
        await visit.Page.Locator("#Search").PressSequentiallyAsync("r");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(15));
        await visit.Page.ClickAsync(".party-choice:has-text('SI Lillehammer')");
        chosen.SetResult();
        await visit.Page.FillAsync("#Form_Narrative", Narrative);
        await visit.Page.WaitForSelectorAsync(".preview:has-text('Lillehammer')");
        Assert.True(await visit.Page.IsCheckedAsync(".party-choice:has-text('SI Lillehammer') input"));
    }

    [Fact]
    public async Task Search_that_finds_nobody_says_so_beside_the_party_that_is_chosen()
    {
        await using var visit = await system.ReturnAsync("leader-bodo-tildeling");
        await visit.GoAsync("/report");
        await visit.Page.CheckAsync(".party-choice input >> nth=0");
        await visit.Page.Locator("#Search").PressSequentiallyAsync("finnesikke");
        await visit.Page.WaitForSelectorAsync("#parties .hint:has-text('finnesikke')");
        Assert.Equal(1, await visit.Page.Locator(".party-choice input:checked").CountAsync());
    }

    [Fact]
    public async Task Numbers_and_names_are_marked_where_they_stand_and_must_go()
    {
        await using var visit = await system.ReturnAsync("nurse-bodo");
        var page = visit.Page;
        await visit.GoAsync("/report");
        await page.FillAsync("[name='Form.Narrative']", "Pasienten ble sendt hjem uten melding. Ring meg på 41 23 45 67 om dette.");
        await page.WaitForSelectorAsync("mark.must");
        Assert.Equal("41 23 45 67", (await page.InnerTextAsync("mark.must")).Trim());
        Assert.Contains("Skriv «pasienten»", await page.InnerTextAsync(".findings"), StringComparison.Ordinal);

        await page.FillAsync("[name='Form.Narrative']", "Datteren Kari Nordmann fikk ikke beskjed om at moren kom hjem.");
        await page.WaitForSelectorAsync("mark.may");
        Assert.Contains("Nordmann", await page.InnerTextAsync("mark.may"), StringComparison.Ordinal);
        await page.ClickAsync(".party-choice >> nth=0");
        await page.ClickAsync("button:has-text('Send inn')");
        // Asked once before it goes to a coordinator.
        await page.WaitForSelectorAsync("button:has-text('Ingen kan kjennes igjen')");
        await page.ClickAsync("button:has-text('Ingen kan kjennes igjen')");
        await page.WaitForURLAsync("**/report/receipt/**");
    }

    [Fact]
    public async Task What_is_missing_is_said_at_its_field_and_the_summary_takes_focus()
    {
        await using var visit = await system.ReturnAsync("doctor-gjovik");
        await visit.GoAsync("/report");
        await visit.Page.ClickAsync("button:has-text('Send inn')");
        await visit.Page.WaitForSelectorAsync("#error-summary");
        Assert.Equal("error-summary", await visit.Page.EvaluateAsync<string>("document.activeElement.id"));
        Assert.StartsWith("Feil: ", await visit.Page.TitleAsync(), StringComparison.Ordinal);
        await visit.Page.ClickAsync("#error-summary a:has-text('Skriv hva som skjedde')");
        Assert.Equal("Form_Narrative", await visit.Page.EvaluateAsync<string>("document.activeElement.id"));
    }

    [Fact]
    public async Task Draft_survives_a_closed_browser_and_another_sign_in()
    {
        await using (var visit = await system.SignInAsync("doctor-nlsh"))
        {
            await visit.GoAsync("/report");
            await visit.Page.FillAsync("[name='Form.Narrative']", "Kommunen fikk ikke melding om utskrivning.");
            await visit.Page.WaitForSelectorAsync(".saved");
        }
        await using (var later = await system.SignInAsync("doctor-nlsh"))
        {
            await later.GoAsync("/report");
            Assert.Equal("Kommunen fikk ikke melding om utskrivning.", await later.Page.InputValueAsync("[name='Form.Narrative']"));
            await later.Page.ClickAsync("text=Slett utkastet");
            Assert.Equal("", await later.Page.InputValueAsync("[name='Form.Narrative']"));
        }
    }

    [Fact]
    public async Task Reporting_works_without_JavaScript()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar", new(JavaScript: false));
        var page = visit.Page;
        await visit.GoAsync("/report");
        await page.FillAsync("#Search", "gjøvik");
        await page.ClickAsync(".party-search button");
        await page.CheckAsync(".party-choice:has-text('SI Gjøvik') input");
        await page.FillAsync("[name='Form.Narrative']", Narrative);
        await page.ClickAsync("button:has-text('Se over først')");
        Assert.Contains("SI Gjøvik", await page.InnerTextAsync(".preview"), StringComparison.Ordinal);
        await page.ClickAsync("button:has-text('Send inn')");
        Assert.Matches("AVV-[0-9]{4}-[0-9]{6}", await page.InnerTextAsync(".reference"));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Files_go_with_the_report_and_its_receipt_names_those_refused(bool javaScript)
    {
        static FilePayload File(string name, byte[] content) => new() { Name = name, MimeType = "application/octet-stream", Buffer = content };
        FilePayload[] files =
            [File("Notat.txt", "Ringte avdelingen."u8.ToArray()), File("Skript.pdf", [77, 90, 0, 1]), File("Film.pdf", new byte[10_485_761])];
        await using var visit = await system.ReturnAsync("nurse-hamar", new(JavaScript: javaScript));
        var page = visit.Page;
        await visit.GoAsync("/report");
        await page.SetInputFilesAsync("#Files", files);
        if (javaScript) Assert.Contains("Film.pdf", await page.InnerTextAsync("#Files-left"), StringComparison.Ordinal);
        await page.FillAsync("[name='Form.Narrative']", "");
        await page.ClickAsync("button:text-is('Send inn')");
        await page.WaitForSelectorAsync("#error-summary");
        // A browser chooses no file a second time: with the script they stay, and else the page says so.
        if (javaScript) Assert.Equal(2, await page.EvaluateAsync<int>("document.getElementById('Files').files.length"));
        else
        {
            Assert.Contains("Velg filene på nytt", await page.InnerTextAsync("#Files-left"), StringComparison.Ordinal);
            await page.SetInputFilesAsync("#Files", files);
        }
        await page.CheckAsync(".party-choice input >> nth=0");
        await page.FillAsync("[name='Form.Narrative']", Narrative);
        await page.ClickAsync("button:text-is('Send inn')");
        await page.WaitForURLAsync("**/report/receipt/**");
        await visit.GoAsync(page.Url);
        Assert.Contains("1 fil er lagt til", await page.InnerTextAsync(".receipt"), StringComparison.Ordinal);
        Assert.Equal(javaScript ? ["Skript.pdf"] : ["Skript.pdf", "Film.pdf"], await page.Locator(".file-name").AllInnerTextsAsync());
        var (id, nurse) = (Guid.Parse(page.Url.Split('/')[^1]), await system.ClientAsync("nurse-hamar"));
        Assert.Equal(["Notat.txt"], (await nurse.ListAttachmentsAsync(id)).Items.Select(a => a.Name));

        await page.ClickAsync("a:has-text('Prøv igjen med vedlegg')");
        await page.ClickAsync("summary[aria-label='Fjern Notat.txt']");
        await page.ClickAsync("button:text-is('Fjern filen')");
        await page.WaitForSelectorAsync(".notice");
        Assert.Empty((await nurse.ListAttachmentsAsync(id)).Items);
    }

    [Fact]
    public async Task Report_is_sent_when_its_file_has_a_virus_or_nobody_scans_it()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var page = visit.Page;
        Assert.Contains("viruskontrollen fant noe i den", await SentWithAsync(ScannerServer.Eicar), StringComparison.Ordinal);
        await system.Scanner.StopAsync();
        try
        {
            Assert.Contains("Filer kan ikke tas imot akkurat nå", await SentWithAsync("Ringte avdelingen."u8.ToArray()), StringComparison.Ordinal);
            await visit.LookAsync("receipt-without-scanner");
        }
        finally { await system.Scanner.StartAgainAsync(); }
        await page.ClickAsync("a:has-text('Prøv igjen med vedlegg')");
        await page.SetInputFilesAsync("#Upload", Text("Ringte avdelingen."u8.ToArray()));
        await page.ClickAsync("button:text-is('Legg til')");
        await page.WaitForSelectorAsync("th a:text-is('Notat.txt')");

        static FilePayload Text(byte[] content) => new() { Name = "Notat.txt", MimeType = "text/plain", Buffer = content };

        async Task<string> SentWithAsync(byte[] content)
        {
            await visit.GoAsync("/report");
            await page.SetInputFilesAsync("#Files", Text(content));
            await page.CheckAsync(".party-choice input >> nth=0");
            await page.FillAsync("[name='Form.Narrative']", Narrative);
            await page.ClickAsync("button:text-is('Send inn')");
            await page.WaitForURLAsync("**/report/receipt/**");
            Assert.Matches("AVV-[0-9]{4}-[0-9]{6}", await page.InnerTextAsync(".reference"));
            return await page.InnerTextAsync("li:has(.file-name)");
        }
    }

    [Fact]
    public async Task Reporter_answers_a_question_reads_the_answer_and_accepts_it()
    {
        var sent = await system.ReportAsync();
        var handler = await system.ClientAsync("handler-elverum-hamar");
        var version = await EventuallyAsync(handler, sent.Id, c => c.Case.State == "routed");
        version = (await handler.ActAsync(sent.Id, version, "acknowledge")).Case.Version;
        version = (await handler.ActAsync(sent.Id, version, "start")).Case.Version;
        await handler.ActAsync(sent.Id, version, "ask", new CaseAction { Question = "Hvilken dag ble pasienten utskrevet?" });

        await using var visit = await system.ReturnAsync("nurse-hamar");
        var page = visit.Page;
        await Eventually.IsTrue(async () =>
        {
            await visit.GoAsync($"/report/{sent.Id}");
            return (await page.InnerTextAsync("main")).Contains("Hvilken dag ble pasienten utskrevet?", StringComparison.Ordinal);
        }, TimeSpan.FromSeconds(30));
        await page.FillAsync("[name='Words']", "Den tolvte i måneden.");
        await page.ClickAsync("button:has-text('Send svaret')");
        await page.WaitForSelectorAsync(".notice");

        version = await EventuallyAsync(handler, sent.Id, c => c.Case.State == "inProgress");
        await handler.ActAsync(sent.Id, version, "answer",
            new CaseAction { Text = "Epikriser godkjennes nå daglig.", ContributingFactors = ["capacity"], NoMeasuresReason = "Rutinen er alt endret." });
        await Eventually.IsTrue(async () =>
        {
            await visit.GoAsync($"/report/{sent.Id}");
            return await page.Locator("button:has-text('Godta svaret')").CountAsync() == 1;
        }, TimeSpan.FromSeconds(30));
        await page.ClickAsync("summary:has-text('Jeg er uenig')");
        await page.ClickAsync("button:has-text('Godta svaret')");
        await page.WaitForSelectorAsync(".notice");
        await visit.GoAsync("/report/mine");
        await visit.GoAsync("/report/mine?state=disputed");
    }

    [Fact]
    public async Task Several_patients_are_given_added_to_and_shown_as_a_number()
    {
        var patients = SyntheticPatients.Take(3);
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var page = visit.Page;
        await visit.GoAsync("/report");
        await page.Locator("#Search").PressSequentiallyAsync("elverum");
        await page.ClickAsync(".party-choice:has-text('SI Elverum')");
        await page.FillAsync("#Form_Narrative", Narrative);
        await page.ClickAsync("details.more > summary");
        await page.FillAsync("#Form_PatientNumbers", $"{patients[0].Identifier}\n{patients[1].Identifier}\n12345678901");
        await page.FillAsync("#Form_PatientsAffected", "2118");
        await page.ClickAsync("button:has-text('Send inn')");
        await page.WaitForSelectorAsync("#Form_PatientNumbers-error");
        await page.FillAsync("#Form_PatientNumbers", $"{patients[0].Identifier}\n{patients[1].Identifier}");
        await page.ClickAsync("button:has-text('Send inn')");
        await page.WaitForURLAsync("**/report/receipt/**");
        var id = page.Url.Split('/')[^1];
        await visit.GoAsync($"/report/{id}");
        Assert.Contains("2 pasienter er oppgitt, forseglet", await page.ContentAsync(), StringComparison.Ordinal);
        await page.ClickAsync("summary:has-text('Oppgi flere pasienter')");
        await page.FillAsync("#Numbers", patients[2].Identifier!);
        await page.ClickAsync("button:has-text('Forsegl og legg til')");
        await page.WaitForSelectorAsync(".notice");
        var shown = await page.ContentAsync();
        Assert.Contains("3 pasienter er oppgitt, forseglet", shown, StringComparison.Ordinal);
        Assert.Contains("2\u00a0118", shown.Replace("&nbsp;", "\u00a0", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(patients[2].Identifier!, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_partys_deviation_is_not_found()
    {
        var sent = await system.ReportAsync();
        await using var visit = await system.ReturnAsync("nurse-bodo");
        Assert.Equal(404, (await visit.GoAsync($"/report/{sent.Id}"))!.Status);
        Assert.DoesNotContain(sent.Reference, await visit.Page.ContentAsync(), StringComparison.Ordinal);
    }

    private static async Task<int> EventuallyAsync(IAvvikClient client, Guid id, Func<CaseDetails, bool> isSo)
    {
        var version = 0;
        await Eventually.IsTrue(async () =>
        {
            try
            {
                var details = await client.GetCaseAsync(id);
                version = details.Case.Version;
                return isSo(details);
            }
            catch (AvvikProblemException problem) when (problem.Status == System.Net.HttpStatusCode.NotFound) { return false; }
        }, TimeSpan.FromSeconds(30));
        return version;
    }
}
