using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Statistics.Reports;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Directory = System.IO.Directory;

namespace Avvik.Statistics.Tests.Reports;

[Collection(nameof(StatisticsServices))]
public sealed class Freezing_tests(StatisticsServices services)
{
    private const string Quarter = "/api/v1/reports/innlandet/2026-Q2";
    private static readonly (DateOnly From, DateOnly To) Second = (new(2026, 4, 1), new(2026, 6, 30));

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Late_reports_never_change_a_frozen_version_and_a_revision_tells_what_differs(DatabaseProvider provider)
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
        Assert.Equal(350, Received(await secretariat.GetFromJsonAsync(Quarter, ReportJson.Default.Report)));
        var versions = (await secretariat.GetFromJsonAsync(Quarter + "/versions", ReportJson.Default.PageReportVersion))!.Items;
        Assert.Equal([(2, "Femti meldinger kom for sent."), (1, null)], versions.Select(v => (v.Version, v.Reason)));
        var diff = (await secretariat.GetFromJsonAsync(Quarter + "/diff?from=1&to=2", ReportJson.Default.ReportDiff))!;
        Assert.Equal("Femti meldinger kom for sent.", diff.Reason);
        Assert.Contains(new("keyFigures", "received", "value", new(300), new(350)), diff.Changes);
        Assert.DoesNotContain(diff.Changes, c => c.Before == c.After);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_quarter_is_frozen_by_itself_once_however_many_try(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(History.Of(33, 60, new(2026, 1, 1), Second.To));
        var freezer = service.Services.GetServices<IHostedService>().OfType<QuarterFreezer>().Single();

        var frozen = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => freezer.FreezeDueAsync(CancellationToken.None)));

        Assert.Equal(2, frozen.Sum());
        foreach (var quarter in new[] { "2026-Q1", "2026-Q2" })
            Assert.Equal([(1, null)], (await service.As(StatisticsService.Hamar, Roles.Ssu).GetFromJsonAsync($"/api/v1/reports/innlandet/{quarter}/versions", ReportJson.Default.PageReportVersion))!.Items.Select(v => (v.Version, v.FrozenBy)));
        // The third is not over.
        Assert.Empty((await service.As(StatisticsService.Hamar, Roles.Ssu).GetFromJsonAsync("/api/v1/reports/innlandet/2026-Q3/versions", ReportJson.Default.PageReportVersion))!.Items);
    }

    [Fact]
    public async Task The_committee_sees_frozen_quarters_only_and_the_parties_see_it_as_it_stands()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(34, 100, Second.From, Second.To));
        var (ssu, coordinator) = (service.As(StatisticsService.Hamar, Roles.Ssu), service.As(StatisticsService.Hamar, Roles.Coordinator));

        Assert.Equal(HttpStatusCode.NotFound, (await ssu.GetAsync(Quarter)).StatusCode);
        var open = (await coordinator.GetFromJsonAsync(Quarter, ReportJson.Default.Report))!;
        Assert.Equal((100, null, "parties", 3), (Received(open), open.Version, open.Audience, open.Threshold));
        await FreezeAsync(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat), null);
        var frozen = (await ssu.GetFromJsonAsync(Quarter, ReportJson.Default.Report))!;
        Assert.Equal((100, 1, "ssu", 5), (Received(frozen), frozen.Version, frozen.Audience, frozen.Threshold));
    }

    [Theory]
    [InlineData(Roles.Coordinator, StatisticsService.InnlandetTrust, Quarter, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Ssu, StatisticsService.InnlandetTrust, Quarter, HttpStatusCode.Forbidden)]
    [InlineData(Roles.Secretariat, StatisticsService.InnlandetTrust, "/api/v1/reports/lofoten-vesteralen-salten/2026-Q2", HttpStatusCode.NotFound)]
    [InlineData(Roles.Secretariat, StatisticsService.InnlandetTrust, "/api/v1/reports/innlandet/2026-Q5", HttpStatusCode.NotFound)]
    [InlineData(Roles.Secretariat, StatisticsService.InnlandetTrust, "/api/v1/reports/innlandet/2026-Q3", HttpStatusCode.Conflict)]
    public async Task Only_the_secretariat_freezes_and_only_what_is_over(string role, string organization, string report, HttpStatusCode status)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        Assert.Equal(status, (await service.As(organization, role).PostAsJsonAsync(report + "/freeze", new FreezeReport(), ReportJson.Default.FreezeReport)).StatusCode);
    }

    [Fact]
    public async Task Anyone_can_check_the_hash_with_the_command_of_the_readme()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(35, 300, Second.From, Second.To));
        await FreezeAsync(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat), null);
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "services/Statistics/README.md"));
        var command = readme.Split('\n').Single(line => line.Contains("sha256sum", StringComparison.Ordinal)).Trim();
        var folder = Directory.CreateTempSubdirectory("avvik-hash-").FullName;
        var document = await service.As(StatisticsService.Hamar, Roles.Ssu).GetByteArrayAsync(Quarter + ".json");
        await File.WriteAllBytesAsync(Path.Combine(folder, "2026-Q2.json"), document);

        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })!;
        var printed = await shell.StandardOutput.ReadToEndAsync();

        Assert.Equal(JsonElement.Parse(document).GetProperty("hash").GetString(), printed.Split(' ')[0]);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<HttpResponseMessage> FreezeAsync(HttpClient client, string? reason) =>
        client.PostAsJsonAsync(Quarter + "/freeze", new FreezeReport { Reason = reason }, ReportJson.Default.FreezeReport);

    private static double? Received(Report? report) => report!.KeyFigures.Rows.Single(r => r.Code == "received").Values[0]!.Value.Value;
}
