using System.Text;
using Avvik.Client;
using Avvik.Testing;
using RabbitMQ.Client;

namespace Avvik.Workbench.Tests;

/// <summary>What administrators and coordinators set up and look after.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Administration_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Parked_messages_are_listed_by_fault_requeued_and_discarded_with_a_reason()
    {
        await SendUnreadableAsync(3);
        await using var visit = await system.ReturnAsync("admin-innlandet");
        await Eventually.IsTrue(async () =>
        {
            await visit.GoAsync("/administration/parked");
            return (await visit.Page.InnerTextAsync("main")).Contains("3 meldinger", StringComparison.Ordinal);
        }, TimeSpan.FromSeconds(30));
        Assert.Contains("De kunne ikke leses", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        await visit.LookAsync("parked");

        await visit.Page.ClickAsync("button:has-text('Forkast alle')");
        Assert.Contains("Skriv hvorfor", await visit.Page.InnerTextAsync("#error-summary"), StringComparison.Ordinal);

        // Tried again they are as unreadable as before, and are parked anew.
        var admin = await system.ClientAsync("admin-innlandet");
        var before = (await admin.ListParkedAsync("triage")).Items.Max(m => m.ParkedAt);
        await visit.Page.FillAsync("[name='Input.Reason']", "Triage er rettet.");
        await visit.Page.ClickAsync("button:text-is('Prøv alle på nytt')");
        Assert.Contains("3 meldinger er prøvd på nytt", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        await Eventually.IsTrue(async () => (await admin.ListParkedAsync("triage")).Items.Count(m => m.ParkedAt > before) == 3, TimeSpan.FromSeconds(30));

        await visit.GoAsync("/administration/parked");
        await visit.Page.FillAsync("[name='Input.Reason']", "Sendt ved en feil.");
        await visit.Page.ClickAsync("summary:has-text('Én og én')");
        await visit.Page.ClickAsync(".parked button:text-is('Forkast') >> nth=0");
        Assert.Contains("1 melding er forkastet", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        await visit.Page.FillAsync("[name='Input.Reason']", "Sendt ved en feil.");
        await visit.Page.ClickAsync("button:has-text('Forkast alle')");
        Assert.Contains("2 meldinger er forkastet", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assigned_role_reaches_the_menu_and_the_header()
    {
        var coordinator = await system.ClientAsync("coordinator-bodo");
        await using (var before = await system.SignInAsync("handler-bodo-tildeling"))
            Assert.Equal(0, await before.Page.Locator(".site-nav a[href='/triage']").CountAsync());
        var given = await coordinator.AssignAsync(new NewAssignment { Subject = "nurse-bodo", Role = "coordinator", Reason = "Vikar." });
        try
        {
            await using var visit = await system.SignInAsync("nurse-bodo");
            await Eventually.IsTrue(async () =>
            {
                await visit.GoAsync("/acting");
                return await visit.Page.Locator(".site-nav a[href='/triage']").CountAsync() == 1;
            }, TimeSpan.FromSeconds(90));
            Assert.Contains("Koordinator", await visit.Page.InnerTextAsync(".who-acting"), StringComparison.OrdinalIgnoreCase);
            // Each service learns of the role by itself; until this one has, its page says that a new role takes a moment.
            await Eventually.IsTrue(async () =>
            {
                if ((await visit.GoAsync("/triage"))!.Status == 200) return true;
                Assert.Contains("Er rollen ny", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
                return false;
            }, TimeSpan.FromSeconds(30));
        }
        finally { await coordinator.EndAssignmentAsync(given.Id, new EndAssignment { Reason = "Ferdig." }); }
    }

    [Fact]
    public async Task Unit_is_added_and_a_colleagues_change_is_not_overwritten()
    {
        await using var visit = await system.ReturnAsync("coordinator-nlsh");
        await visit.GoAsync("/administration");
        await visit.Page.ClickAsync("summary:has-text('Ny enhet')");
        await visit.Page.FillAsync("#code", "nlsh-ambulant");
        await visit.Page.FillAsync("#new-name", "Ambulant team");
        await visit.Page.FillAsync("#new-reason", "Opprettet i høst.");
        var colleague = await system.ClientAsync("coordinator-nlsh");
        await colleague.ChangeUnitAsync("nlsh-medisinsk", new DirectoryUnitChange { Name = "Medisinsk klinikk", Reason = "Uendret." },
            (await colleague.GetDirectoryAsync()).Version);
        await visit.Page.ClickAsync("button:has-text('Legg til enheten')");
        Assert.Contains("Noen andre har endret registeret", await visit.Page.InnerTextAsync("#error-summary"), StringComparison.Ordinal);
        Assert.Equal("Ambulant team", await visit.Page.InputValueAsync("#new-name"));
        await visit.LookAsync("unit-conflict");
        await visit.Page.ClickAsync("button:has-text('Legg til enheten')");
        Assert.Contains("Enheten er lagt til", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        Assert.Contains("nlsh-ambulant", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_of_this_quarter_stand_beside_those_of_another()
    {
        await system.ReportAsync();
        await using var visit = await system.ReturnAsync("coordinator-si");
        var quarter = $"{DateTime.UtcNow.Year}-Q{(DateTime.UtcNow.Month + 2) / 3}";
        var other = $"{DateTime.UtcNow.Year - 1}-Q{(DateTime.UtcNow.Month + 2) / 3}";
        await visit.GoAsync($"/statistics/figures?scope=own&by=category&quarter={quarter}&compare={other}");
        Assert.Contains("Endring", await visit.Page.InnerTextAsync("thead"), StringComparison.Ordinal);
        Assert.Contains("I alt", await visit.Page.InnerTextAsync("tbody"), StringComparison.Ordinal);
    }

    private async Task SendUnreadableAsync(int count)
    {
        var broker = await Script.RunAsync("compose/broker", "uri", Path.Combine(system.Data, "broker"));
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var i = 0; i < count; i++)
            await channel.BasicPublishAsync("", "triage", mandatory: true, new BasicProperties(), Encoding.UTF8.GetBytes("not a page of events"));
    }
}
