using System.Diagnostics;
using System.Globalization;
using Avvik.Testing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Workbench.Tests;

/// <summary>What people see while a part of Avvik is down, with that part really down.</summary>
[Collection(nameof(WorkbenchSystem))]
public sealed class Outage_tests(WorkbenchSystem system)
{
    [Fact]
    public async Task Worklist_says_that_the_service_is_unavailable_while_routing_is_down()
    {
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await using (await StopAsync("routing"))
        {
            Assert.Equal(503, (await visit.GoAsync("/worklist"))!.Status);
            Assert.Contains("Tjenesten er ikke tilgjengelig akkurat nå", await visit.Page.InnerTextAsync("h1"), StringComparison.Ordinal);
            await visit.LookAsync("outage-of-a-service");
        }
        await visit.Page.ClickAsync("a:text-is('Prøv igjen')");
        Assert.Equal("Arbeidsliste", await visit.Page.InnerTextAsync("h1"));
    }

    [Fact]
    public async Task Gateway_answers_with_a_page_while_the_workbench_is_down_and_the_session_survives()
    {
        await using var visit = await system.ReturnAsync("nurse-hamar");
        await using (await StopAsync("workbench"))
        {
            Assert.Equal(503, (await visit.GoAsync("/report/mine"))!.Status);
            Assert.Equal("Avvik er ikke tilgjengelig akkurat nå", await visit.Page.InnerTextAsync("h1"));
            await visit.LookAsync("outage-of-the-workbench");
        }
        await visit.Page.ClickAsync("a:text-is('Prøv igjen')");
        Assert.Equal("Mine meldinger", await visit.Page.InnerTextAsync("h1"));
    }

    [Fact]
    public async Task Error_page_is_whole_when_a_page_fails()
    {
        await using var visit = await system.ReturnAsync("handler-elverum-hamar");
        await using var db = system.OpenDatabase();
        await db.Database.ExecuteSqlRawAsync("alter table preferences rename to preferences_away");
        try
        {
            Assert.Equal(500, (await visit.GoAsync("/worklist"))!.Status);
            Assert.Equal("Noe gikk galt hos oss", await visit.Page.InnerTextAsync("h1"));
            await visit.LookAsync("error");
        }
        finally { await db.Database.ExecuteSqlRawAsync("alter table preferences_away rename to preferences"); }
    }

    private async Task<Restart> StopAsync(string process)
    {
        var id = int.Parse((await File.ReadAllTextAsync(Path.Combine(system.Data, "run", $"{process}.pid"))).Split(' ', '\n')[0], CultureInfo.InvariantCulture);
        using var running = Process.GetProcessById(id);
        running.Kill();
        await running.WaitForExitAsync();
        return new();
    }

    private sealed class Restart : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Script.RunAsync("compose/up", "--no-build");
    }
}
