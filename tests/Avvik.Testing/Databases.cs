using Avvik.Storage;
using Npgsql;
using Testcontainers.PostgreSql;
using Xunit;

namespace Avvik.Testing;

/// <summary>
/// An empty database for each test that asks. PostgreSQL is the server that AVVIK_POSTGRES names (an Npgsql connection string of a user who may create
/// databases), else a container where an engine answers (<see cref="Containers"/>), else a private server of this test process. Without any of them the
/// test fails: it is never skipped.
/// </summary>
public static class Databases
{
    private static readonly Lazy<Task<string>> Server = new(async () =>
    {
        if (Environment.GetEnvironmentVariable("AVVIK_POSTGRES") is { Length: > 0 } given) return given;
        if (Containers.Used)
        {
            var container = new PostgreSqlBuilder(Containers.PostgresImage).WithCommand("-c", "max_connections=300").OfThisRun().Build();
            await container.StartAsync();
            Containers.Report($"PostgreSQL: container of {Containers.PostgresImage}");
            return container.GetConnectionString();
        }
        var folder = Directory.CreateTempSubdirectory("avvik-postgres-").FullName;
        _ = new Guard("""
            "$1" stop "$2"; rm -rf "$2"
            """, Path.Combine(RepositoryRoot.Path, "compose/postgres"), folder);
        var server = await Script.RunAsync("compose/postgres", "start", folder);
        Containers.Report("PostgreSQL: private server");
        return server;
    });

    /// <summary>For <c>[MemberData]</c>: every storage test runs on both engines.</summary>
    public static TheoryData<DatabaseProvider> All { get; } = [DatabaseProvider.Sqlite, DatabaseProvider.Postgres];

    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider)
    {
        var name = $"avvik_test_{Guid.CreateVersion7():N}";
        if (provider == DatabaseProvider.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("avvik-sqlite-").FullName;
            return new TestDatabase(provider, $"Data Source={Path.Combine(folder, name + ".db")}", remove: () =>
            {
                Directory.Delete(folder, recursive: true);
                return Task.CompletedTask;
            });
        }
        var server = await Server.Value;
        await OnServerAsync($"create database {name}");
        return new TestDatabase(provider, new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString,
            remove: () => OnServerAsync($"drop database {name} with (force)"));

        async Task OnServerAsync(string statement)
        {
            await using var connection = new NpgsqlConnection(server);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
