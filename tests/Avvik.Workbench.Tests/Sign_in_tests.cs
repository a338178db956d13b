using System.Net;
using Microsoft.Playwright;

namespace Avvik.Workbench.Tests;

[Collection(nameof(WorkbenchSystem))]
public sealed class Sign_in_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Header_shows_who_one_is_and_what_one_acts_as()
    {
        await using var visit = await system.SignInAsync("handler-elverum-hamar");
        var header = await visit.Page.InnerTextAsync(".who summary");
        Assert.Contains("Saksbehandler i Divisjon Elverum-Hamar", header, StringComparison.Ordinal);
        Assert.Contains("Sykehuset Innlandet HF, Divisjon Elverum-Hamar", header, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acting_as_something_else_gets_another_token_and_is_shown()
    {
        await using var visit = await system.SignInAsync("kari-flere-roller");
        Assert.Contains("Hamar", await visit.Page.InnerTextAsync(".who-acting"), StringComparison.Ordinal);
        await visit.GoAsync("/acting");
        await visit.Page.ClickAsync("button.choice >> nth=1");
        Assert.Contains("Divisjon Elverum-Hamar", await visit.Page.InnerTextAsync(".who-acting"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_stolen_before_signing_out_is_dead_afterwards()
    {
        await using var visit = await system.SignInAsync("nurse-hamar");
        var stolen = (await visit.Page.Context.CookiesAsync()).Single(c => c.Name == "__Host-avvik");
        Assert.True(stolen is { Secure: true, HttpOnly: true, SameSite: SameSiteAttribute.Lax, Path: "/" });

        async Task<HttpStatusCode> WithItAsync()
        {
            using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
            using var request = new HttpRequestMessage(HttpMethod.Get, system.Address + "/acting");
            request.Headers.Add("Cookie", $"{stolen.Name}={stolen.Value}");
            using var response = await http.SendAsync(request);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await WithItAsync());
        await visit.Page.ClickAsync(".who summary");
        await visit.Page.ClickAsync("text=Logg ut");
        await visit.Page.WaitForURLAsync("**/signin/signed-out");
        Assert.Equal(HttpStatusCode.Redirect, await WithItAsync());
        // The issuer has forgotten, too: the next one to sit down must say who they are.
        await visit.GoAsync("/");
        await visit.Page.WaitForSelectorAsync("button[value='nurse-hamar']");
    }

    [Fact]
    public async Task Language_and_colours_are_chosen_per_browser()
    {
        await using var visit = await system.SignInAsync("nurse-hamar");
        await visit.GoAsync("/acting");
        await visit.Page.ClickAsync(".who summary");
        await visit.Page.ClickAsync("button[value='nn']");
        Assert.Equal("nn", await visit.Page.GetAttributeAsync("html", "lang"));
        await visit.Page.ClickAsync(".who summary");
        await visit.Page.ClickAsync("button[value='dark']");
        Assert.Equal("dark", await visit.Page.GetAttributeAsync("html", "data-color-scheme"));
        Assert.Contains("Kven vil du handle som", await visit.Page.InnerTextAsync("h1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/does-not-exist", 404)]
    [InlineData("/triage", 403)]
    [InlineData("/status/500", 500)]
    [InlineData("/status/503", 503)]
    public async Task Page_that_cannot_be_shown_has_the_right_status(string path, int status)
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        var response = await visit.GoAsync(path);
        Assert.Equal(status, response!.Status);
        Assert.Empty(visit.Complaints);
    }
}
