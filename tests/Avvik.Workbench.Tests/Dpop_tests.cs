using Avvik.Testing;

namespace Avvik.Workbench.Tests;

/// <summary>The same journey where the deployment binds tokens to the workbench's key (RFC 9449), as HelseID does.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Dpop_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Report_is_written_sent_and_followed_with_key_bound_tokens()
    {
        await StartWithAsync("dpop");
        try
        {
            await using var visit = await system.SignInAsync("nurse-hamar");
            await visit.GoAsync("/report");
            await visit.Page.Locator("#Search").PressSequentiallyAsync("elverum");
            await visit.Page.ClickAsync(".party-choice:has-text('SI Elverum')");
            await visit.Page.Locator("[name='Form.Narrative']").FillAsync("Epikrisen kom ni dager etter utskrivning.");
            await visit.Page.WaitForSelectorAsync(".preview:has-text('Divisjon Elverum-Hamar')");
            // A token that is refreshed is bound to the key as the first one was.
            await system.ExpireTokensAsync("nurse-hamar", refuseRefresh: false);
            await visit.Page.ClickAsync("button:has-text('Send inn')");
            await visit.Page.WaitForURLAsync("**/report/receipt/**");
            await visit.GoAsync("/report/mine");
            Assert.Contains("Epikrisen kom ni dager", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
            Assert.Empty(visit.Complaints);
        }
        finally { await StartWithAsync("bearer"); }
    }

    private static async Task StartWithAsync(string tokens)
    {
        Environment.SetEnvironmentVariable("AVVIK_TOKENS", tokens);
        await Script.RunAsync("compose/up", "--no-build");
    }
}
