using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.EditDirectory;

public sealed class Directory_tests
{
    [Fact]
    public async Task Directory_is_readable_by_every_role()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.CreateClient().GetAsync("/api/v1/directory")).StatusCode);
        var directory = await service.ClientAs(Given.Hamar, Roles.Auditor).GetDirectoryAsync();

        Assert.Equal(["innlandet", "lofoten-vesteralen-salten"], directory.Communities.Select(c => c.Code).Order(StringComparer.Ordinal));
        var regions = directory.Communities.SelectMany(c => c.Regions).ToList();
        var municipalities = regions.SelectMany(r => r.Municipalities).ToList();
        Assert.Equal((10, 62), (regions.Count, municipalities.Count));
        Assert.Equal([42, 20], directory.Communities.OrderBy(c => c.Code, StringComparer.Ordinal).Select(c => c.Regions.Sum(r => r.Municipalities.Count)));
        // By the table and not by the county: Lunner belongs, though its county is another.
        Assert.Contains(directory.Communities.Single(c => c.Code == "innlandet").Regions.SelectMany(r => r.Municipalities), m => m.Name == "Lunner");
        var parties = municipalities.Concat(directory.Communities.Select(c => c.Trust)).ToList();
        Assert.All(parties, p => Assert.Contains(p.Units, u => u.Code == p.FallbackUnit));
        Assert.Equal(64, parties.Select(p => p.OrganizationNumber).Distinct().Count());
        Assert.Equal(parties.Sum(p => p.Units.Count), parties.SelectMany(p => p.Units).Select(u => u.Code).Distinct().Count());
        Assert.Equal((new(2024, 2, 29), new DateOnly(2024, 3, 1)), directory.Communities.Single(c => c.Code == "innlandet").Agreements is var a
            ? (a[0].ValidTo!.Value, a[1].ValidFrom) : default);
    }

    private static async Task<(HttpStatusCode Status, string[] Errors)> RefusalAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return (refused.Status, refused.Problem.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray().Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}")] : []);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Added_unit_gets_cases_and_is_published(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using (var service = new ServiceUnderTest<Program>(database)) await ChangeAsync(service, database);
        // After a restart it is as it was, and is said once more.
        await using var again = new ServiceUnderTest<Program>(database);
        Assert.Equal(3, (await again.ClientAs(Given.Hamar, Roles.Reporter).GetDirectoryAsync()).Version);
        await Eventually.IsTrue(async () => (await database.SentAsync()).OfType<DirectoryPublished>().Count() == 3, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Unit_change_goes_by_the_newest_directory_when_another_instance_changed_it()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        // The clock does not move, so no instance refreshes its directory by itself.
        var clock = new MovableClock(Given.ReceivedAt);
        await using var first = new ServiceUnderTest<Program>(database, clock);
        await using var second = new ServiceUnderTest<Program>(database, clock);
        using var there = second.As(Given.SykehusetInnlandet, Roles.Coordinator);
        await first.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
            .ChangeUnitNowAsync("si-rehabilitering", new() { Name = "Rehabilitering", Sites = ["SI Ottestad"], Reason = "Ny." });

        Assert.Equal(HttpStatusCode.PreconditionFailed, await PutAsync("1", "SI Stange"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync("2", "SI Ottestad"));
        Assert.Equal(HttpStatusCode.OK, await PutAsync("2", "SI Stange"));
        var published = (await database.SentAsync()).OfType<DirectoryPublished>().MaxBy(d => d.Version)!;
        Assert.Equal([(3, "si-rehabilitering"), (3, "si-habiliteringstjenesten")], published.Units.Select(u => (published.Version, u.Code)));

        async Task<HttpStatusCode> PutAsync(string version, string site)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/directory/units/si-habiliteringstjenesten")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { name = "Habilitering", sites = new[] { site }, reason = "Ny." }),
                Headers = { { "If-Match", $"\"{version}\"" } },
            };
            using var response = await there.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Two_instances_that_add_the_same_first_administrator_both_start()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using (var migrated = new ServiceUnderTest<Program>(database)) migrated.CreateClient().Dispose();
        await using var held = await HeldStatement.HoldAsync(database, "insert or update on assigned_role");
        var administrator = ("Assignments:Administrators:0", $"{Given.SykehusetInnlandet}/anna");
        await using var first = new ServiceUnderTest<Program>(database, settings: administrator);
        await using var second = new ServiceUnderTest<Program>(database, settings: administrator);
        using var one = first.CreateClient();
        await held.HeldAsync();
        using var other = second.CreateClient();
        await held.DoneOrWaitingAsync(new TaskCompletionSource().Task);
        await held.ReleaseAsync();
        await Eventually.IsTrue(async () => (await database.SentAsync()).OfType<RoleAssignmentChanged>().Count() >= 2, TimeSpan.FromSeconds(60));

        foreach (var http in new[] { one, other }) Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(1, await database.CountAsync("select count(*) from role_assignments"));
    }

    private static async Task ChangeAsync(ServiceUnderTest<Program> service, TestDatabase database)
    {
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var added = await coordinator.ChangeUnitNowAsync("si-rehabilitering",
            new() { Name = "Divisjon Rehabilitering", Sites = ["SI Ottestad"], Reason = "Ny divisjon." });
        Assert.Equal(("si-rehabilitering", "Divisjon Rehabilitering"), (added.Code, added.Name));
        var triaged = await service.ReceivedAsync(service.Triaged(f => f with { RespondentSite = "SI Ottestad" }));
        Assert.Equal("si-rehabilitering", (await coordinator.GetCaseAsync(triaged.DeviationId)).Case.Unit);

        await coordinator.ChangeUnitNowAsync("si-rehabilitering", new() { Name = "Rehabilitering", Reason = "Kortere navn." });
        var directory = await service.ClientAs(Given.Hamar, Roles.Reporter).GetDirectoryAsync();
        var unit = directory.Communities.SelectMany(c => c.Trust.Units).Single(u => u.Code == "si-rehabilitering");
        Assert.Equal((3, "Rehabilitering", "SI Ottestad"), (directory.Version, unit.Name, Assert.Single(unit.Sites)));
        var published = (await database.SentAsync()).OfType<DirectoryPublished>().ToList();
        Assert.Equal([2, 3], published.Select(p => p.Version));
        Assert.Equal("Rehabilitering", Assert.Single(published[^1].Units).Label);
        Assert.Equal([(2, "Ny divisjon."), (3, "Kortere navn.")],
            await database.QueryAsync("select version, reason from directory_changes order by version",
                r => (r.GetInt32(0), service.Reveal(new(r.GetString(1))))));
    }

    [Fact]
    public async Task Mailbox_is_of_the_document_until_the_unit_is_given_another_or_none()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        async Task ImportAsync(string? mailbox)
        {
            var innlandet = await admin.GetCommunityAsync("innlandet");
            var imported = await admin.ImportDirectoryAsync(new()
            {
                Communities =
                [
                    innlandet with
                    {
                        Trust = innlandet.Trust with
                        {
                            Units = [.. innlandet.Trust.Units.Select(u => u.Code == "si-tynset" ? u with { Mailbox = mailbox } : u)],
                        },
                    },
                ],
                Reason = "Postkasser.",
            }, (await admin.GetDirectoryAsync()).Version);
            Assert.Equal("innlandet/trust/units/si-tynset/mailbox", Assert.Single(imported.Differences).Path);
        }

        var change = new DirectoryUnitChange { Name = "Tynset", Reason = "Kortere navn." };
        await ImportAsync("tynset@sykehus.no");
        Assert.Equal("tynset@sykehus.no", (await coordinator.ChangeUnitNowAsync("si-tynset", change)).Mailbox);
        Assert.Equal(["/mailbox invalidEmail"],
            (await RefusalAsync(coordinator.ChangeUnitNowAsync("si-tynset", change with { Mailbox = "tynset@sykehus" }))).Errors);
        await ImportAsync("post@sykehus.no");
        Assert.Equal("post@sykehus.no", (await coordinator.ChangeUnitNowAsync("si-tynset", change)).Mailbox);
        Assert.Equal("avvik@sykehus.no", (await coordinator.ChangeUnitNowAsync("si-tynset", change with { Mailbox = "avvik@sykehus.no" })).Mailbox);
        Assert.Equal("avvik@sykehus.no", (await coordinator.ChangeUnitNowAsync("si-tynset", change)).Mailbox);
        Assert.Null((await coordinator.ChangeUnitNowAsync("si-tynset", change with { Mailbox = "" })).Mailbox);
        Assert.Null((await coordinator.ChangeUnitNowAsync("si-tynset", change)).Mailbox);
        await admin.UndoDirectoryImportAsync(new() { Reason = "Feil." }, (await admin.GetDirectoryAsync()).Version);
        Assert.Equal("tynset@sykehus.no", (await admin.GetCommunityAsync("innlandet")).Trust.Units.Single(u => u.Code == "si-tynset").Mailbox);
    }

    [Fact]
    public async Task Unit_is_changed_by_its_partys_coordinator_or_administrator_only()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var (coordinator, admin) = (service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator), service.ClientAs(Given.SykehusetInnlandet, Roles.Admin));
        var change = new DirectoryUnitChange { Name = "Ny", Reason = "Fordi." };
        Assert.Equal(HttpStatusCode.NotFound, (await RefusalAsync(coordinator.ChangeUnitNowAsync("3403-lege", change))).Status);
        Assert.Equal(HttpStatusCode.NotFound,
            (await RefusalAsync(coordinator.ChangeUnitNowAsync("ny-enhet", change with { OrganizationNumber = Given.Hamar }))).Status);
        Assert.Equal(HttpStatusCode.Forbidden,
            (await RefusalAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler).ChangeUnitNowAsync("si-tynset", change))).Status);
        Assert.Equal(["/name required", "/reason required"], (await RefusalAsync(coordinator.ChangeUnitNowAsync("si-tynset", new()))).Errors);
        Assert.Equal([" invalidUnitCode", "/closedOn invalidDate"],
            (await RefusalAsync(coordinator.ChangeUnitNowAsync("SI", change with { ClosedOn = "i morgen" }))).Errors);
        Assert.Equal(["/sites/0 siteTaken", "/successor unknownUnit"],
            (await RefusalAsync(coordinator.ChangeUnitNowAsync("si-tynset", change with { Sites = ["SI Hamar"], Successor = "si-habilitering" }))).Errors);
        Assert.Equal(["/closedOn fallbackUnit", "/successor unknownUnit"],
            (await RefusalAsync(coordinator.ChangeUnitNowAsync("si-samhandling", change with { ClosedOn = "2027-01-01", Successor = "3403-lege" }))).Errors);
        // Power over a party's units needs that party, for administrators too.
        Assert.Equal(HttpStatusCode.NotFound, (await RefusalAsync(admin.ChangeUnitNowAsync("3403-lege", change))).Status);
        Assert.Equal(HttpStatusCode.NotFound,
            (await RefusalAsync(admin.ChangeUnitNowAsync("hamar-ny", change with { OrganizationNumber = Given.Hamar }))).Status);
        Assert.Equal("si-ny", (await admin.ChangeUnitNowAsync("si-ny", change)).Code);

        using var http = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        http.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", "\"1\"");
        using var stale = await http.PutAsync(
            "/api/v1/directory/units/si-tynset", new StringContent("""{ "name": "Tynset", "reason": "Fordi." }""", null, "application/json"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
    }
}
