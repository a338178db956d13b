using Avvik.Contracts;
using Avvik.Reporting.Persistence;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Persistence;

public sealed class Migration_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public Task Model_and_migrations_agree(DatabaseProvider provider) => Migrations.AgreeWithTheModelAsync<ReportingDbContext>(provider);

    [Theory, MemberData(nameof(Migrations.Released), MemberType = typeof(Migrations))]
    public Task Released_database_upgrades_with_its_content(string version, DatabaseProvider provider) =>
        Migrations.UpgradeAsync<Program, ReportingDbContext>(version, provider, "reporting", async service =>
    {
        // 0.1.0 did not store who reported: only coordinators see its deviations.
        var mine = await service.ClientAs("970540008", Roles.Coordinator).ListDeviationsAsync();
        Assert.StartsWith("Epikrisen kom ni dager", Assert.Single(mine.Items).Submission.Narrative, StringComparison.Ordinal);
    }, "deviations.submission", "reporter_messages.text");
}
