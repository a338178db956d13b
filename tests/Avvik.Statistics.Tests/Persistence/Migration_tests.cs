using Avvik.Contracts;
using Avvik.Statistics.Persistence;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Persistence;

public sealed class Migration_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public Task Model_and_migrations_agree(DatabaseProvider provider) => Migrations.AgreeWithTheModelAsync<StatisticsDbContext>(provider);

    [Theory, MemberData(nameof(Migrations.Released), MemberType = typeof(Migrations))]
    public Task Released_database_is_upgraded_with_its_content(string version, DatabaseProvider provider) =>
        Migrations.UpgradeAsync<Program, StatisticsDbContext>(version, provider, "statistics", async service =>
        {
            var figures = await service.ClientAs("983971709", Roles.Coordinator).GetStatisticsAsync(new() { From = new(2026, 10, 1), To = new(2026, 12, 31) });
            Assert.Equal(3, figures.Total.Count.Value);
        });
}
