using Avvik.Storage;
using Avvik.Statistics.Persistence;
using Avvik.Testing;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Tests.Facts;

public sealed class Schema_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_migrations_make_the_schema_of_the_model(DatabaseProvider provider)
    {
        await using var modelled = await Databases.CreateAsync(provider);
        var options = new DbContextOptionsBuilder<StatisticsDbContext>();
        new DatabaseOptions { Provider = provider, ConnectionString = modelled.ConnectionString }.Configure(options);
        await using (var db = new StatisticsDbContext(options.Options)) await db.Database.EnsureCreatedAsync();
        var migrated = await Databases.CreateAsync(provider);
        await using var service = new StatisticsService(migrated);
        _ = service.Server;

        var schema = await DatabaseSchema.ReadAsync(modelled);

        Assert.Contains(schema, line => line.Contains("ix_facts_period", StringComparison.Ordinal));
        Assert.Equal(schema, await DatabaseSchema.ReadAsync(migrated));
    }
}
