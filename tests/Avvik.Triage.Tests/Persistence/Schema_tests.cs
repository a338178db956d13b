using Avvik.Storage;
using Avvik.Testing;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.Tests.Persistence;

public sealed class Schema_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task The_migrations_make_the_schema_of_the_model(DatabaseProvider provider)
    {
        await using var modelled = await Databases.CreateAsync(provider);
        await modelled.CreateFromModelAsync<TriageDbContext>();
        await using var migrated = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(migrated);
        _ = service.Server;

        var schema = await DatabaseSchema.ReadAsync(modelled);
        Assert.Contains(schema, line => line.Contains("ix_assessments_queue", StringComparison.Ordinal));
        Assert.Equal(schema, await DatabaseSchema.ReadAsync(migrated));
    }
}
