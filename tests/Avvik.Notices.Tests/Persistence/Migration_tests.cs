using Avvik.Notices.Persistence;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Notices.Tests.Persistence;

public sealed class Migration_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public Task Model_and_migrations_agree(DatabaseProvider provider) => Migrations.AgreeWithTheModelAsync<NoticesDbContext>(provider);
}
