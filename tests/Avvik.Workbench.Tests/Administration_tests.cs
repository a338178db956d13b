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
    public async Task Parked_messages_are_listed_by_fault_and_discarded_with_a_reason()
    {
        await SendUnreadableAsync(3);
        await using var visit = await system.SignInAsync("admin-innlandet");
        await Eventually.IsTrue(async () =>
        {
            await visit.GoAsync("/administration/parked");
            return (await visit.Page.InnerTextAsync("main")).Contains("3 meldinger", StringComparison.Ordinal);
        }, TimeSpan.FromSeconds(30));
        Assert.Contains("De kunne ikke leses", await visit.Page.InnerTextAsync("main"), StringComparison.Ordinal);
        await visit.LookAsync("parked");

        await visit.Page.ClickAsync("button:has-text('Forkast alle')");
        Assert.Contains("Skriv hvorfor", await visit.Page.InnerTextAsync("#error-summary"), StringComparison.Ordinal);
        await visit.Page.FillAsync("[name='Input.Reason']", "Sendt ved en feil.");
        await visit.Page.ClickAsync("summary:has-text('Én og én')");
        await visit.Page.ClickAsync(".parked button:text-is('Forkast') >> nth=0");
        Assert.Contains("1 melding er forkastet", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        await visit.Page.FillAsync("[name='Input.Reason']", "Sendt ved en feil.");
        await visit.Page.ClickAsync("button:has-text('Forkast alle')");
        Assert.Contains("2 meldinger er forkastet", await visit.Page.InnerTextAsync(".notice"), StringComparison.Ordinal);
        await visit.LookAsync("parked-none");
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
            Assert.Equal(200, (await visit.GoAsync("/triage"))!.Status);
        }
        finally { await coordinator.EndAssignmentAsync(given.Id, new EndAssignment { Reason = "Ferdig." }); }
    }

    [Fact]
    public async Task Unit_is_added_and_a_colleagues_change_is_not_overwritten()
    {
        await using var visit = await system.SignInAsync("coordinator-nlsh");
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

    [Theory]
    [InlineData("admin-innlandet", "/administration/clients", "clients")]
    [InlineData("admin-innlandet", "/administration?party=970540008", "directory-admin")]
    [InlineData("coordinator-si", "/statistics/figures?scope=own&by=category", "figures-own")]
    [InlineData("nurse-hamar", "/help/learningEditor", "help-learning-editor")]
    [InlineData("nurse-hamar", "/help/unitLeader", "help-unit-leader")]
    [InlineData("nurse-hamar", "/help/admin", "help-admin")]
    public async Task Page_is_there_for_whose_it_is(string persona, string path, string name)
    {
        await using var visit = await system.SignInAsync(persona);
        Assert.Equal(200, (await visit.GoAsync(path))!.Status);
        await visit.LookAsync(name);
    }

    [Fact]
    public async Task Figures_of_this_quarter_stand_beside_those_of_another()
    {
        await system.ReportAsync();
        await using var visit = await system.SignInAsync("coordinator-si");
        var quarter = $"{DateTime.UtcNow.Year}-Q{(DateTime.UtcNow.Month + 2) / 3}";
        var other = $"{DateTime.UtcNow.Year - 1}-Q{(DateTime.UtcNow.Month + 2) / 3}";
        await visit.GoAsync($"/statistics/figures?scope=own&by=category&quarter={quarter}&compare={other}");
        Assert.Contains("Endring", await visit.Page.InnerTextAsync("thead"), StringComparison.Ordinal);
        Assert.Contains("I alt", await visit.Page.InnerTextAsync("tbody"), StringComparison.Ordinal);
        await visit.LookAsync("figures-compared");
    }

    private async Task SendUnreadableAsync(int count)
    {
        var process = (await File.ReadAllTextAsync(Path.Combine(system.Data, "run", "triage.pid"))).Trim();
        var broker = (await File.ReadAllTextAsync($"/proc/{process}/environ")).Split('\0')
            .Single(v => v.StartsWith("RabbitMq__Uri=", StringComparison.Ordinal))["RabbitMq__Uri=".Length..];
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var i = 0; i < count; i++)
            await channel.BasicPublishAsync("", "triage", mandatory: true, new BasicProperties(), Encoding.UTF8.GetBytes("not a page of events"));
    }
}
