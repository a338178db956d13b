using System.Collections.Concurrent;
using System.Reflection;
using Avvik.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Testcontainers.PostgreSql;
using Xunit;

namespace Avvik.Testing;

/// <summary>The service that a test assembly is about: its tests' databases have the tables of this context from the start.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TablesOfAttribute(Type context) : Attribute
{
    public Type Context { get; } = context;
}

/// <summary>
/// A database for each test that asks. PostgreSQL is the server that AVVIK_POSTGRES names (an Npgsql connection string of a user who may create
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

    private static readonly Type? Tables =
        AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetCustomAttribute<TablesOfAttribute>()?.Context).SingleOrDefault(c => c is not null);

    // Migrated once and copied for each test: applying all migrations takes as long as most tests.
    private static readonly ConcurrentDictionary<DatabaseProvider, Lazy<Task<TestDatabase>>> Migrated = new();

    /// <summary>A database with the tables of the service that this assembly tests, and no rows but those that its migrations write.</summary>
    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider)
    {
        if (Tables is null) return await CreateEmptyAsync(provider);
        var migrated = await Migrated.GetOrAdd(provider, p => new(() => MigrateAsync(p))).Value;
        if (provider == DatabaseProvider.Postgres) return await CreateOnServerAsync($" template {NameOf(migrated)}");
        var copy = await CreateEmptyAsync(provider);
        File.Copy(NameOf(migrated), NameOf(copy));
        return copy;
    }

    /// <summary>A database without a table.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(DatabaseProvider provider)
    {
        if (provider == DatabaseProvider.Postgres) return await CreateOnServerAsync();
        var folder = Directory.CreateTempSubdirectory("avvik-sqlite-").FullName;
        return new TestDatabase(provider, $"Data Source={Path.Combine(folder, "avvik_test.db")}", remove: () =>
        {
            Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
    }

    /// <summary>A context on a database, as the service configures it.</summary>
    internal static DbContext Context(this TestDatabase database, Type type)
    {
        var options = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(type))!;
        new DatabaseOptions { Provider = database.Provider, ConnectionString = database.ConnectionString }.Configure(options);
        return (DbContext)Activator.CreateInstance(type, options.Options)!;
    }

    private static async Task<TestDatabase> MigrateAsync(DatabaseProvider provider)
    {
        var database = await CreateEmptyAsync(provider);
        await using (var db = database.Context(Tables!)) await db.Database.MigrateAsync();
        // A database that somebody is connected to cannot be copied.
        await database.DisconnectAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => database.DisposeAsync().AsTask().Wait();
        return database;
    }

    private static string NameOf(TestDatabase database) => database.Provider == DatabaseProvider.Postgres
        ? new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!
        : new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;

    private static async Task<TestDatabase> CreateOnServerAsync(string options = "")
    {
        var name = $"avvik_test_{Guid.CreateVersion7():N}";
        var server = await Server.Value;
        await OnServerAsync($"create database {name}{options}");
        return new TestDatabase(DatabaseProvider.Postgres, new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString,
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
