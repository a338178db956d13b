using System.Diagnostics;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Messaging.Tests.Support;

/// <summary>An instance in a process of its own that kills itself, with SIGKILL, at a point a test names.</summary>
internal static class CrashingProcess
{
    private const int Killed = 128 + 9;
    // Consumes nothing of what it publishes here.
    private const string Publisher = "routing";

    /// <summary>Runs one until it is dead; fails if it ended in any other way. Answers the last thing it said.</summary>
    public static async Task<string> DieAsync(Func<string[], Task> point, TestDatabase database, Uri? broker = null, Guid deviation = default)
    {
        var (code, output) = await RunAsync(point, database, broker, deviation);
        Assert.True(code == Killed, $"It was to be killed, and ended with {code}: {output}");
        return output;
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(Func<string[], Task> point, TestDatabase database, Uri? broker = null,
        Guid deviation = default)
    {
        var start = new ProcessStartInfo("dotnet",
            [typeof(CrashingProcess).Assembly.Location, point.Method.Name, database.Provider.ToString(), database.ConnectionString, broker?.AbsoluteUri ?? "",
                deviation.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try { await process.WaitForExitAsync(patience.Token); }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"It did not come to {point.Method.Name} within a minute.");
        }
        return (process.ExitCode, (await output + await errors).Trim());
    }

    public static Task Main(string[] args) => args[0] switch
    {
        nameof(Migrate) => Migrate(args),
        nameof(DieBeforeTheCommit) => DieBeforeTheCommit(args),
        nameof(DieAfterTheCommit) => DieAfterTheCommit(args),
        nameof(DieWithLanesClaimed) => DieWithLanesClaimed(args),
        nameof(DieAfterPublishing) => DieAfterPublishing(args),
        nameof(DieInTheHandler) => DieInTheHandler(args),
        nameof(DieBeforeTheAcknowledgement) => DieBeforeTheAcknowledgement(args),
        _ => throw new ArgumentException($"There is no point called {args[0]}.", nameof(args)),
    };

    /// <summary>Does not die: it starts, or says why not.</summary>
    public static async Task Migrate(string[] args)
    {
        using var database = await StartAsync(args, start: false);
        try
        {
            await database.MigrateAsync<EffectsDb>();
            Console.WriteLine("started");
        }
        catch (InvalidOperationException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            Environment.Exit(3);
        }
        Environment.Exit(0);
    }

    public static Task DieBeforeTheCommit(string[] args) => RunAsync(args, new Hooks(), start: false, async (host, deviation) =>
        await host.Services.GetRequiredService<Writer<EffectsDb>>().WriteAsync(async unit =>
        {
            await CountEffects.CountAsync(unit, deviation, 1);
            await unit.EnqueueAsync(Sample.Informed(deviation));
            var rows = await unit.Sql.ScalarAsync<long>("select (select count(*) from effects) + (select count(*) from outbox_message)");
            Console.WriteLine($"in the transaction: {rows} rows");
            return Die();
        }, CancellationToken.None));

    public static Task DieAfterTheCommit(string[] args) => RunAsync(args, new Hooks(), start: false, async (host, deviation) =>
    {
        await EnqueueAsync(host, deviation);
        Die();
    });

    public static Task DieWithLanesClaimed(string[] args) =>
        RunAsync(args, new Hooks { BeforePublish = _ => Task.FromResult(Die()) }, start: true, EnqueueAsync, Publisher);

    public static Task DieAfterPublishing(string[] args) =>
        RunAsync(args, new Hooks { AfterPublish = _ => Task.FromResult(Die()) }, start: true, EnqueueAsync, Publisher);

    public static Task DieInTheHandler(string[] args) =>
        RunAsync(args, new Hooks { InHandler = _ => Task.FromResult(Die()) }, start: true, (_, _) => Task.CompletedTask);

    public static Task DieBeforeTheAcknowledgement(string[] args) =>
        RunAsync(args, new Hooks { BeforeAcknowledgement = _ => Task.FromResult(Die()) }, start: true, (_, _) => Task.CompletedTask);

    private static async Task RunAsync(string[] args, Hooks hooks, bool start, Func<IHost, Guid, Task> work, string service = Sample.Queue)
    {
        using var host = await StartAsync(args, start, hooks, service);
        await work(host, Guid.Parse(args[4]));
        // It has been told when to die.
        await new TaskCompletionSource().Task;
    }

    private static async Task<IHost> StartAsync(string[] args, bool start, Hooks? hooks = null, string service = Sample.Queue)
    {
        var host = Instance.Build(args[1], args[2], args[3] is { Length: > 0 } uri ? new Uri(uri) : null, service, hooks);
        if (hooks is not null) await host.MigrateAsync<EffectsDb>();
        if (start) await host.StartAsync();
        return host;
    }

    private static Task EnqueueAsync(IHost host, Guid deviation) => host.Services.GetRequiredService<Writer<EffectsDb>>().WriteAsync(async unit =>
    {
        await unit.EnqueueAsync(Sample.Informed(deviation));
        return true;
    }, CancellationToken.None);

    private static bool Die()
    {
        Process.GetCurrentProcess().Kill();
        throw new UnreachableException();
    }
}
