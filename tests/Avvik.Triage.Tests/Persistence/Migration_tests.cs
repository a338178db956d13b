using Avvik.Contracts;
using Avvik.Triage.Persistence;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.Persistence;

public sealed class Migration_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public Task Model_and_migrations_agree(DatabaseProvider provider) => Migrations.AgreeWithTheModelAsync<TriageDbContext>(provider);

    [Theory, MemberData(nameof(Migrations.Released), MemberType = typeof(Migrations))]
    public Task Released_database_upgrades_with_its_content(string version, DatabaseProvider provider) =>
        Migrations.UpgradeAsync<Program, TriageDbContext>(version, provider, "triage", service => service.ClientAs("983971709", Roles.Coordinator)
        .ListTriageAsync());
}
