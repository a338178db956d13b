using Avvik.Testing;

namespace Avvik.Workbench.Tests;

/// <summary>Access tokens run out while people work; nothing that was typed may be lost by it.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Session_tests(WorkbenchSystem system)
{
    // A synthetic number (month + 80), as Skatteetaten gives out for tests.
    private const string SyntheticNumber = "13857510059";
    private const string Narrative = "Epikrisen kom ni dager etter utskrivning. Fastlegen visste ikke hva som var avtalt.";

    [Fact]
    public async Task Form_sent_with_an_expired_token_is_taken_after_a_refresh()
    {
        await using var visit = await system.SignInAsync("nurse-hamar");
        await WriteReportAsync(visit);
        await system.ExpireTokensAsync("nurse-hamar", refuseRefresh: false);
        await visit.Page.ClickAsync("button:has-text('Send inn')");
        await visit.Page.WaitForURLAsync("**/report/receipt/**");
        // The refresh token that was used is over: the session goes on with the next one.
        await system.ExpireTokensAsync("nurse-hamar", refuseRefresh: false);
        Assert.Equal(200, (await visit.GoAsync("/report/mine"))!.Status);
        Assert.StartsWith(system.Address + "/report/mine", visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_at_the_same_time_share_one_refresh()
    {
        await using var visit = await system.SignInAsync("coordinator-si");
        await system.ExpireTokensAsync("coordinator-si", refuseRefresh: false);
        var statuses = await visit.Page.EvaluateAsync<int[]>(
            "Promise.all([...Array(8)].map(() => fetch('/worklist', { redirect: 'manual' }).then(r => r.status)))");
        Assert.Equal(Enumerable.Repeat(200, 8), statuses);
    }

    [Fact]
    public async Task Report_is_there_again_after_signing_in_when_the_refresh_is_refused()
    {
        await using var visit = await system.SignInAsync("doctor-gjovik");
        await WriteReportAsync(visit, "hamar", "Hamar kommune");
        await system.ExpireTokensAsync("doctor-gjovik", refuseRefresh: true);
        await SignOutAtTheIssuerAsync(visit);
        await visit.Page.ClickAsync("button:has-text('Send inn')");
        await visit.Page.ClickAsync("button[value='doctor-gjovik']");
        await visit.Page.WaitForURLAsync("**/report");
        Assert.Equal(Narrative, await visit.Page.InputValueAsync("[name='Form.Narrative']"));
        await visit.Page.ClickAsync("button:has-text('Send inn')");
        await visit.Page.WaitForURLAsync("**/report/receipt/**");
    }

    [Fact]
    public async Task Any_other_form_is_kept_and_sent_again_after_signing_in()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.SignInAsync("handler-elverum-hamar");
        await visit.GoAsync($"/case/{deviation.Id}");
        await visit.Page.ClickAsync("summary:has-text('Spør melderen')");
        await visit.Page.FillAsync("form:has(input[value='ask']) textarea", "Hvilken dag ble pasienten utskrevet?");
        await system.ExpireTokensAsync("handler-elverum-hamar", refuseRefresh: true);
        await visit.Page.ClickAsync("form:has(input[value='ask']) button[type='submit']");
        await visit.Page.WaitForURLAsync("**/signin/resume");
        Assert.Contains("Hvilken dag ble pasienten utskrevet?", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        await visit.Page.ClickAsync("button:has-text('Send på nytt')");
        await visit.Page.WaitForSelectorAsync(".notice");
        Assert.Equal("awaitingReporter", (await (await system.ClientAsync("handler-elverum-hamar")).GetCaseAsync(deviation.Id)).Case.State);
    }

    [Fact]
    public async Task Timeout_is_warned_of_and_loses_nothing()
    {
        await using var visit = await system.OpenAsync();
        // Time in the browser is moved, not waited for.
        await visit.Page.Clock.InstallAsync();
        await visit.SignInAsync("handler-hamar-tildeling");
        await visit.GoAsync("/report");
        await visit.Page.FillAsync("[name='Form.Narrative']", Narrative);
        await visit.Page.WaitForSelectorAsync(".saved");
        await visit.Page.Clock.FastForwardAsync("29:00");
        await visit.Page.WaitForSelectorAsync("#session-warning:not([hidden])");
        Assert.Equal("Fortsett å være innlogget", await visit.Page.EvaluateAsync<string>("document.activeElement.textContent"));
        await visit.Page.ClickAsync("#session-warning button");
        await visit.Page.WaitForSelectorAsync("#session-warning", new() { State = Microsoft.Playwright.WaitForSelectorState.Hidden });
        Assert.Equal(Narrative, await visit.Page.InputValueAsync("[name='Form.Narrative']"));

        // Nobody answered: what is typed stays, and is not sent into nothing.
        // What was typed is saved when the time jumps, which prolongs the session: it is over only when no request is under way.
        await Eventually.IsTrue(async () =>
        {
            await visit.Page.Clock.FastForwardAsync("31:00");
            return await visit.Page.Locator(".htmx-request").CountAsync() == 0 && await visit.Page.IsVisibleAsync("#session-over");
        }, TimeSpan.FromSeconds(30));
        await EndSessionAsync(visit);
        await visit.Page.ClickAsync("button:has-text('Send inn')");
        await visit.Page.WaitForSelectorAsync("#session-over a:focus");
        Assert.Equal(Narrative, await visit.Page.InputValueAsync("[name='Form.Narrative']"));

        // Signed in again in another window, one goes on here.
        var other = await visit.Page.Context.NewPageAsync();
        await other.GotoAsync("/signin?returnTo=/signin/done");
        await other.WaitForURLAsync("**/signin/done");
        await other.CloseAsync();
        await visit.Page.ClickAsync("button:has-text('Send inn')");
        await visit.Page.WaitForSelectorAsync("#error-summary");
        Assert.Equal(Narrative, await visit.Page.InputValueAsync("[name='Form.Narrative']"));
    }

    [Fact]
    public async Task Form_sent_after_the_session_ended_is_kept_without_JavaScript()
    {
        var deviation = await system.ReportAsync();
        await system.StartAsync(deviation.Id);
        await using var visit = await system.SignInAsync("handler-elverum-hamar", new(JavaScript: false));
        await visit.GoAsync($"/case/{deviation.Id}");
        await visit.Page.ClickAsync("summary:has-text('Spør melderen')");
        await visit.Page.FillAsync("#ask-Question", "Hvilken dag ble pasienten utskrevet?");
        await EndSessionAsync(visit);
        await visit.Page.ClickAsync("form:has(input[value='ask']) button[type='submit']");
        await visit.Page.WaitForURLAsync("**/signin/resume");
        Assert.Contains("Hvilken dag ble pasienten utskrevet?", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        await visit.Page.ClickAsync("button:has-text('Send på nytt')");
        Assert.Equal("awaitingReporter", (await (await system.ClientAsync("handler-elverum-hamar")).GetCaseAsync(deviation.Id)).Case.State);
    }

    [Fact]
    public async Task Report_sent_after_the_session_ended_is_kept_but_not_its_patient()
    {
        await using var visit = await system.SignInAsync("leader-bodo-tildeling", new(JavaScript: false));
        await visit.GoAsync("/report");
        await visit.Page.CheckAsync("input[name='Form.Party'] >> nth=0");
        await visit.Page.FillAsync("#Form_Narrative", Narrative);
        await visit.Page.ClickAsync(".more summary");
        await visit.Page.FillAsync("#Form_PatientNumber", SyntheticNumber);
        await EndSessionAsync(visit);
        await visit.Page.ClickAsync("button:text-is('Send inn')");
        await visit.Page.WaitForURLAsync("**/signin/resume");
        Assert.DoesNotContain(SyntheticNumber, await visit.Page.ContentAsync(), StringComparison.Ordinal);
        await visit.Page.ClickAsync("button:text-is('Vis meldingen')");
        Assert.Equal(Narrative, await visit.Page.InputValueAsync("#Form_Narrative"));
        Assert.Equal("", await visit.Page.InputValueAsync("#Form_PatientNumber"));
        await visit.Page.ClickAsync("button:text-is('Send inn')");
        await visit.Page.WaitForURLAsync("**/report/receipt/**");
    }

    [Fact]
    public async Task Form_sent_from_another_site_after_the_session_ended_is_not_kept()
    {
        await using var visit = await system.SignInAsync("leader-nlsh-medisinsk");
        var cookies = await visit.Page.Context.CookiesAsync();
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
        async Task<string> SendFromAsync(string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, system.Address + "/report");
            request.Headers.Add("Cookie", string.Join("; ", cookies.Where(c => c.Name is "__Host-avvik-last").Select(c => $"{c.Name}={c.Value}")));
            request.Headers.Add("Origin", origin);
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("Form.Narrative", Narrative)]);
            using var response = await http.SendAsync(request);
            return response.Headers.Location!.ToString();
        }

        Assert.DoesNotContain("/signin/resume", await SendFromAsync("https://example.com"), StringComparison.Ordinal);
        Assert.EndsWith("/signin/resume", await SendFromAsync(system.Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_after_the_session_ended_acts_as_before()
    {
        await using var visit = await system.SignInAsync("kari-flere-roller");
        await visit.GoAsync("/acting");
        await visit.Page.ClickAsync("button.choice >> nth=1");
        var acting = await visit.Page.InnerTextAsync(".who-acting");
        await EndSessionAsync(visit);
        await visit.GoAsync("/signin?returnTo=/signin/done");
        await visit.Page.WaitForURLAsync("**/signin/done");
        Assert.Equal(acting, await visit.Page.InnerTextAsync(".who-acting"));
    }

    private static Task EndSessionAsync(Visit visit) => visit.Page.Context.ClearCookiesAsync(new() { Name = "__Host-avvik" });

    private static async Task WriteReportAsync(Visit visit, string typed = "elverum", string party = "SI Elverum")
    {
        await visit.GoAsync("/report");
        await visit.Page.Locator("#Search").PressSequentiallyAsync(typed);
        await visit.Page.ClickAsync($".party-choice:has-text('{party}')");
        await visit.Page.Locator("[name='Form.Narrative']").FillAsync(Narrative);
        await visit.Page.WaitForSelectorAsync(".preview");
    }

    private async Task SignOutAtTheIssuerAsync(Visit visit)
    {
        var other = await visit.Page.Context.NewPageAsync();
        await other.GotoAsync($"http://127.0.0.1:{await system.PortOfAsync("identity")}/connect/endsession");
        await other.CloseAsync();
    }
}
