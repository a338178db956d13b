using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Reports;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Directory = System.IO.Directory;

namespace Avvik.Statistics.Tests.Reports;

[Collection(nameof(StatisticsServices))]
public sealed class Freezing_tests(StatisticsServices services)
{
    private const string Quarter = "/api/v1/reports/innlandet/2026-Q2";
    private static readonly (DateOnly From, DateOnly To) Second = (new(2026, 4, 1), new(2026, 6, 30));

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Frozen_version_never_changes_and_a_revision_tells_what_differs(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(History.Of(31, 300, Second.From, Second.To));
        var secretariat = service.As(StatisticsService.InnlandetTrust, Roles.Secretariat);

        Assert.Equal(HttpStatusCode.Created, (await FreezeAsync(secretariat, null)).StatusCode);
        var first = await secretariat.GetByteArrayAsync(Quarter);
        await service.ReceiveAsync(History.Of(32, 50, Second.From, Second.To));
        Assert.Equal(first, await secretariat.GetByteArrayAsync(Quarter + ".json"));

        var refused = await FreezeAsync(secretariat, null);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("/reason", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(HttpStatusCode.Created, (await FreezeAsync(secretariat, "Femti meldinger kom for sent.")).StatusCode);

        Assert.Equal(first, await secretariat.GetByteArrayAsync(Quarter + "?version=1"));
        Assert.InRange(Received(await secretariat.GetFromJsonAsync(Quarter, ReportJson.Default.Report))!.Value - Deviations(History.Of(31, 300, Second.From,
            Second.To).Concat(History.Of(32, 50, Second.From, Second.To))), -5, 5);
        var versions = (await secretariat.GetFromJsonAsync(Quarter + "/versions", ReportJson.Default.PageReportVersion))!.Items;
        Assert.Equal([(2, "Femti meldinger kom for sent."), (1, null)], versions.Select(v => (v.Version, v.Reason)));
        var diff = (await secretariat.GetFromJsonAsync(Quarter + "/diff?from=1&to=2", ReportJson.Default.ReportDiff))!;
        Assert.Equal("Femti meldinger kom for sent.", diff.Reason);
        Assert.Contains(diff.Changes, c => (c.Table, c.Row) == ("keyFigures", "received") && c.After!.Value.Value > c.Before!.Value.Value);
        Assert.DoesNotContain(diff.Changes, c => c.Before == c.After);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Quarter_is_frozen_automatically_once_however_many_instances_try(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(History.Of(33, 60, new(2026, 1, 1), Second.To));
        var freezer = service.Services.GetServices<IHostedService>().OfType<QuarterFreezer>().Single();

        var options = service.Services.GetRequiredService<IOptions<ReportOptions>>().Value;
        var (usual, sinceSecond) = (options.DaysUntilFrozen, DateOnly.FromDateTime(StatisticsService.Now.UtcDateTime).DayNumber - Second.To.DayNumber);

        // What was received on the last day of the second can not have been due yet.
        options.DaysUntilFrozen = sinceSecond;
        var first = await freezer.FreezeDueAsync(CancellationToken.None);
        options.DaysUntilFrozen = usual;
        var frozen = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => freezer.FreezeDueAsync(CancellationToken.None)));

        Assert.Equal((1, 1), (first, frozen.Sum()));
        foreach (var quarter in new[] { "2026-Q1", "2026-Q2" })
            Assert.Equal([(1, null)], (await service.As(StatisticsService.Hamar, Roles.Ssu)
                .GetFromJsonAsync($"/api/v1/reports/innlandet/{quarter}/versions", ReportJson.Default.PageReportVersion))!.Items.Select(v => (v.Version,
                    v.FrozenBy)));
        // The third is not over.
        Assert.Empty((await service.As(StatisticsService.Hamar, Roles.Ssu)
            .GetFromJsonAsync("/api/v1/reports/innlandet/2026-Q3/versions", ReportJson.Default.PageReportVersion))!.Items);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Quarter_is_not_frozen_until_its_publishers_have_sent_everything(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(History.Of(36, 20, Second.From, Second.To));
        var freezer = service.Services.GetServices<IHostedService>().OfType<QuarterFreezer>().Single();
        await service.Database.ExecuteAsync("delete from publisher_watermark");
        // Reports from the quarter's last hours are still in Reporting's outbox.
        await service.ReceiveWatermarksAsync(StatisticsService.Now, reporting: new(2026, 6, 30, 12, 0, 0, TimeSpan.Zero));

        Assert.Equal(0, await freezer.FreezeDueAsync(CancellationToken.None));
        var refused = await FreezeAsync(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat), null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("urn:avvik:problem:figuresIncomplete", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddMinutes(1), previous: StatisticsService.Now);

        Assert.Equal(1, await freezer.FreezeDueAsync(CancellationToken.None));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Quarter_is_not_frozen_after_a_restore_or_rebuild_until_all_is_published_again(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(History.Of(36, 20, Second.From, Second.To));
        var freezer = service.Services.GetServices<IHostedService>().OfType<QuarterFreezer>().Single();
        // Restored from a backup: what was published since does not come again, and the next watermark follows one that is not here.
        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddYears(11), previous: StatisticsService.Now.AddYears(10).AddSeconds(1));
        await service.Database.ExecuteAsync("delete from publisher_watermark where previous is null");
        Assert.Equal(0, await freezer.FreezeDueAsync(CancellationToken.None));
        Assert.Contains("watermarkMissing", await ReadyAsync(), StringComparison.Ordinal);

        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddYears(12));
        Assert.Equal("Healthy", await ReadyAsync());
        using var admin = service.As(StatisticsService.InnlandetTrust, Roles.Admin);
        (await admin.PostAsync(new Uri("/ops/statistics/facts/invalidate", UriKind.Relative), null)).EnsureSuccessStatusCode();
        Assert.Equal(0, await freezer.FreezeDueAsync(CancellationToken.None));
        // Watermarks of the old line do not count; the first that comes after the replay does.
        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddYears(13), previous: StatisticsService.Now.AddYears(12));
        Assert.Equal(0, await freezer.FreezeDueAsync(CancellationToken.None));
        Assert.Equal("watermarkMissing", (await admin.GetFromJsonAsync<JsonElement>("/ops/statistics/facts")).GetProperty("completeness")[0]
            .GetProperty("heldBackBy").GetString());
        await service.ReceiveWatermarksAsync(StatisticsService.Now.AddYears(14));
        Assert.Equal(1, await freezer.FreezeDueAsync(CancellationToken.None));

        Task<string> ReadyAsync() => service.CreateClient().GetStringAsync(new Uri("/health/ready", UriKind.Relative));
    }

    [Fact]
    public async Task Unfrozen_quarter_is_shown_to_a_coordinator_as_own_cases_only()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(34, 100, Second.From, Second.To));
        var (ssu, coordinator) = (service.As(StatisticsService.Hamar, Roles.Ssu), service.As(StatisticsService.Hamar, Roles.Coordinator));

        Assert.Equal(HttpStatusCode.NotFound, (await ssu.GetAsync(Quarter)).StatusCode);
        var open = (await coordinator.GetFromJsonAsync(Quarter, ReportJson.Default.Report))!;
        Assert.Equal((null, "own", 1), (open.Version, open.Audience, open.RoundedTo));
        var own = History.Of(34, 100, Second.From, Second.To).Where(e => StatisticsService.Hamar is var hamar && (e.Facts.ReporterOrganization == hamar
            || e.Facts.RespondentOrganization == hamar));
        Assert.Equal(Deviations(own), Received(open));
        await FreezeAsync(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat), null);
        var frozen = (await ssu.GetFromJsonAsync(Quarter, ReportJson.Default.Report))!;
        Assert.Equal((1, "community", 5), (frozen.Version, frozen.Audience, frozen.RoundedTo));
        Assert.Equal(await ssu.GetByteArrayAsync(Quarter), await coordinator.GetByteArrayAsync(Quarter));
        Assert.Equal("own", (await coordinator.GetFromJsonAsync(Quarter + "?scope=own", ReportJson.Default.Report))!.Audience);
        Assert.Equal(HttpStatusCode.Forbidden, (await ssu.GetAsync(Quarter + "?scope=own")).StatusCode);
    }

    [Theory]
    [InlineData(Roles.Coordinator, StatisticsService.InnlandetTrust, Quarter, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Ssu, StatisticsService.InnlandetTrust, Quarter, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Secretariat, StatisticsService.InnlandetTrust, "/api/v1/reports/lofoten-vesteralen-salten/2026-Q2", HttpStatusCode.NotFound)]
    [InlineData(Roles.Secretariat, StatisticsService.InnlandetTrust, "/api/v1/reports/innlandet/2026-Q5", HttpStatusCode.NotFound)]
    [InlineData(Roles.Secretariat, StatisticsService.InnlandetTrust, "/api/v1/reports/innlandet/2026-Q3", HttpStatusCode.Conflict)]
    public async Task Only_the_secretariat_freezes_and_only_a_quarter_that_is_over(string role, string organization, string report, HttpStatusCode status)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        Assert.Equal(status, (await service.As(organization, role).PostAsJsonAsync(report + "/freeze", new FreezeReport(), ReportJson.Default.FreezeReport))
            .StatusCode);
    }

    [Fact]
    public async Task Hash_is_checked_by_the_command_of_the_readme()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(35, 300, Second.From, Second.To));
        await FreezeAsync(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat), null);
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "services/Statistics/README.md"));
        var command = readme.Split('\n').Single(line => line.Contains("sha256sum", StringComparison.Ordinal)).Trim();
        var folder = Directory.CreateTempSubdirectory("avvik-hash-").FullName;
        var document = await service.As(StatisticsService.Hamar, Roles.Ssu).GetByteArrayAsync(Quarter + ".json");
        await File.WriteAllBytesAsync(Path.Combine(folder, "2026-Q2.json"), document);

        using var shell = Process.Start(new ProcessStartInfo("bash",
            ["-c", command])
        { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })!;
        var printed = await shell.StandardOutput.ReadToEndAsync();

        Assert.Equal(JsonElement.Parse(document).GetProperty("hash").GetString(), printed.Split(' ')[0]);
        Directory.Delete(folder, recursive: true);
    }

    private static int Deviations(IEnumerable<Contracts.Routing.CaseChanged> events) => events.Count(e =>
        e.Facts.Kind is not ("goodPractice" or "improvement"));

    private static Task<HttpResponseMessage> FreezeAsync(HttpClient client, string? reason) =>
        client.PostAsJsonAsync(Quarter + "/freeze", new FreezeReport { Reason = reason }, ReportJson.Default.FreezeReport);

    private static double? Received(Report? report) => report!.KeyFigures.Rows.Single(r => r.Code == "received").Values[0]!.Value.Value;
}
