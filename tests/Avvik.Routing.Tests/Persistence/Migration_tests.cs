using Avvik.Contracts;
using Avvik.Routing.Persistence;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Persistence;

public sealed class Migration_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public Task Model_and_migrations_agree(DatabaseProvider provider) => Migrations.AgreeWithTheModelAsync<RoutingDbContext>(provider);

    [Theory, MemberData(nameof(Migrations.Released), MemberType = typeof(Migrations))]
    public Task Released_database_upgrades_with_its_content(string version, DatabaseProvider provider) =>
        Migrations.UpgradeAsync<Program, RoutingDbContext>(version, provider, "routing", async service =>
    {
        var coordinator = service.ClientAs("983971709", Roles.Coordinator);
        var cases = (await coordinator.ListCasesAsync()).Items;
        Assert.Equal(["AVV-2026-000001", "AVV-2026-000002", "AVV-2026-000003"], cases.Select(c => c.Reference).Order());
        Assert.StartsWith("Epikrisen kom ni dager", (await coordinator.GetCaseAsync(cases.Single(c => c.Reference == "AVV-2026-000001").Id)).Narrative,
            StringComparison.Ordinal);
        Assert.Equal("AVV-2026-000002", Assert.Single((await coordinator.ListCasesAsync(new() { Q = "blodfortynnende" })).Items).Reference);
    });
}
