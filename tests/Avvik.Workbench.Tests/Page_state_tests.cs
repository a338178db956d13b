using System.Text.RegularExpressions;
using Avvik.Testing;

namespace Avvik.Workbench.Tests;

[Collection(nameof(WorkbenchSystem))]
public sealed partial class Page_state_tests(WorkbenchSystem system)
{
    public static TheoryData<string> Names => [.. PageStates.All.Select(s => s.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task Page_is_accessible_fits_and_stands_still(string name)
    {
        var state = PageStates.All.Single(s => s.Name == name);
        await using var visit = state.Persona is null ? await system.OpenAsync() : await system.ReturnAsync(state.Persona);
        await visit.MeasureShiftsAsync();
        await state.ArrangeAsync(system, visit);
        Assert.Empty(visit.Failed);
        var shifts = await visit.ShiftsAsync();
        Assert.True(shifts.Sum < 0.1, $"{name} moves while one reads: a layout shift of {shifts.Sum:0.000}. {string.Join("; ", shifts.Moved)}");
        // A title and a heading tell where one is, and the title is not only the product's name.
        Assert.Matches("^.{3,} – Avvik$", await visit.Page.TitleAsync());
        Assert.Equal(1, await visit.Page.Locator("h1").CountAsync());
        await visit.LookAsync(name);
    }

    [Fact]
    public async Task Case_shows_no_municipality_of_the_patient_when_none_was_given()
    {
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}");
        Assert.DoesNotContain("oppholdskommune", await visit.Page.InnerTextAsync(".case-side"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_summary_names_each_field_by_its_label()
    {
        await using var visit = await system.ReturnAsync("coordinator-si");
        await visit.GoAsync($"/case/{(await system.StartedCaseAsync()).Id}/answer");
        await visit.Page.ClickAsync("button:text-is('Send svaret')");
        await visit.Page.WaitForSelectorAsync("#error-summary:focus");
        Assert.Equal(
            [
                "Hva medvirket? Feltet må fylles ut.",
                "Hvorfor ingen tiltak? Oppgi minst ett tiltak, eller en begrunnelse for at det ikke trengs.",
                "Svar til den som meldte: Feltet må fylles ut.",
            ],
            (await visit.Page.Locator("#error-summary li").AllInnerTextsAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_page_is_in_the_list_of_states()
    {
        var pages = Path.Combine(RepositoryRoot.Path, "gateway", "Avvik.Workbench", "Pages");
        var routes = System.IO.Directory.EnumerateFiles(pages, "*.cshtml", SearchOption.AllDirectories)
            .Select(file => (File: Path.GetRelativePath(pages, file), Directive: PageDirective().Match(File.ReadAllText(file))))
            .Where(page => page.Directive.Success)
            .Select(page => page.Directive.Groups["route"] is { Success: true } route
                ? route.Value
                : "/" + Path.ChangeExtension(page.File, null).Replace("Index", "", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(routes);
        Assert.Empty(routes.Except(PageStates.All.Select(s => s.Route)).Except(PageStates.Redirects));
        Assert.Empty(PageStates.All.Select(s => s.Route).Concat(PageStates.Redirects).Except(routes));
        Assert.Equal(PageStates.All.Count, PageStates.All.Select(s => s.Name).Distinct().Count());
    }

    [GeneratedRegex("""^\s*@page(?:[ \t]+"(?<route>[^"]+)")?""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PageDirective();
}
