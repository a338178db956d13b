using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Avvik.Storage;

/// <summary>Registers a service's database and brings its schema up to date.</summary>
public static class DatabaseExtensions
{
    private const int LockAttempts = 20;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Registers a factory of reading contexts, and the <see cref="Writer{TDb}"/> that all writes go through. The linger is how long the writer
    /// waits for more work to share a commit with while there is more than one at a time; zero where work already comes in pages. What else a context needs,
    /// as the keys of sealed columns, reading and writing ones get alike.
    /// </summary>
    public static void AddDatabase<TDb>(this IHostApplicationBuilder builder, TimeSpan linger = default,
        Action<IServiceProvider, DbContextOptionsBuilder>? configure = null) where TDb : DbContext
    {
        builder.Services.AddOptions<DatabaseOptions>().BindConfiguration("Database")
            .Configure<IConfiguration>((o, c) => o.ConnectionString = c.GetConnectionString("Database") ?? "")
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddPooledDbContextFactory<TDb>((services, options) =>
        {
            services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Configure(options);
            Harden(options);
            options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
            configure?.Invoke(services, options);
        });
        builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<TDb>>().CreateDbContext());
        builder.Services.AddSingleton<CommitSignal>();
        builder.Services.AddSingleton(services => new Writer<TDb>(
            services.GetRequiredService<IOptions<DatabaseOptions>>(), services.GetRequiredService<CommitSignal>(), services.GetRequiredService<TimeProvider>(),
            new WriterOptions(linger, options => configure?.Invoke(services, options))));
        if (builder.Configuration.GetValue<DatabaseProvider>("Database:Provider") == DatabaseProvider.Sqlite) builder.Services.AddHostedService<WalMonitor>();
        else builder.Services.AddHostedService<CommittedGroupCleanup<TDb>>();
        // Tagged: what a process must have to take work. The broker is not among it.
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth<TDb>>("database", tags: ["required"]);
    }

    /// <summary>
    /// Applies the migrations of the engine; several instances may call it at once (EF takes a lock). On SQLite it first takes the file for this process,
    /// so a second process stops here.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// Another process has the SQLite file, the database is newer than the program, or no released version made its schema.
    /// </exception>
    public static async Task MigrateAsync<TDb>(this IHost app) where TDb : DbContext
    {
        var options = app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<TDb>>().CreateDbContextAsync();
        if (options.IsSqlite)
        {
            var file = Path.GetFullPath(new SqliteConnectionStringBuilder(options.ConnectionString).DataSource);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            app.Services.GetRequiredService<Writer<TDb>>().Exclusive = await TakeAsync(file);
            // EF's own lock outlives a process that is killed while migrating, and the next start would wait for it without end. The file is ours: nobody
            // holds it.
            if (File.Exists(file)) await db.Database.ExecuteSqlRawAsync("drop table if exists \"__EFMigrationsLock\"");
        }
        await SchemaCheck.VerifyAsync(db);
        await db.Database.MigrateAsync();
    }

    /// <summary>The lock of a SQLite file. It is held until the process ends, however it ends: the operating system lets go of it.</summary>
    private static async Task<FileStream> TakeAsync(string file)
    {
        for (var attempt = 1; ; attempt++)
        {
            try { return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            // A process that is ending, or one that is being started and has not yet closed what it inherited, holds it for a moment more.
            catch (IOException) when (attempt < LockAttempts) { await Task.Delay(LockPause); }
            catch (IOException error)
            {
                throw new InvalidOperationException(
                    $"Another process is using {file}. SQLite serves one process; for several instances set Database:Provider to Postgres.", error);
            }
        }
    }

    internal static void Harden(DbContextOptionsBuilder options) => options.ConfigureWarnings(w => w
        // EF logs failed statements with their text; failures reach the caller, and are logged there.
        .Ignore(RelationalEventId.CommandError, CoreEventId.SaveChangesFailed, CoreEventId.QueryIterationFailed));
}

internal sealed class DatabaseHealth<TDb>(IDbContextFactory<TDb> databases) : IHealthCheck where TDb : DbContext
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
    }
}
