using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Testing;
using Xunit.Abstractions;

namespace Avvik.System.Tests;

/// <summary>Nothing accepted is lost while processes are killed and the broker stops.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Nothing_is_lost_tests(RunningSystem system, ITestOutputHelper output)
{
    private const int AtATime = 50, KillsEach = 5, BrokerStops = 2;

    // AVVIK_LEDGER_SUBMISSIONS sends that many without a pause: the ledger at full load.
    private static readonly int? FullLoad =
        Environment.GetEnvironmentVariable("AVVIK_LEDGER_SUBMISSIONS") is { Length: > 0 } number ? int.Parse(number, CultureInfo.InvariantCulture) : null;

    private static readonly int Submissions = FullLoad ?? 2000;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10), Settling = TimeSpan.FromMinutes(FullLoad is null ? 3 : 20);

    // Each test has a reporting party of its own.
    private const string Ringsaker = "864950582", Løten = "964950679", Stange = "970169717";

    // What a submission makes of system calls: its request read, the database written, what is written made durable; its answer and its event sent.
    private static readonly string[] StepsOfASubmission = ["recvmsg,recvfrom", "pwrite64", "fdatasync,fsync", "sendmsg,sendto"];

    [Fact]
    public async Task Accepted_deviation_is_one_case_and_one_fact_despite_kills_and_outages()
    {
        var ledger = new Ledger(system);
        using var http = system.Http(await system.TokenAsync(Ringsaker, "client"));
        var (sent, brokerStops) = (0, 0);
        var kills = RunningSystem.Services.ToDictionary(s => s, _ => 0, StringComparer.Ordinal);
        var disturbed = false;

        // Reports are sent until every planned disturbance has happened.
        async Task ReportAsync()
        {
            // At this pace the submissions last as long as the disturbances.
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(700));
            for (var n = Interlocked.Increment(ref sent); n <= Submissions || !Volatile.Read(ref disturbed); n = Interlocked.Increment(ref sent))
            {
                ledger.Promise(await UntilAcceptedAsync(http,
                    Corpus.Lines[n % 16].Submission.Fresh() with { Category = Corpus.Lines[n % 16].Category, PatientGroups = ["none"], ActualHarm = "none" }));
                if (FullLoad is null && !Volatile.Read(ref disturbed)) await pace.WaitForNextTickAsync();
            }
        }

        var reporting = Enumerable.Range(0, AtATime).Select(_ => Task.Run(ReportAsync)).ToArray();
        for (var round = 0; round < KillsEach; round++)
        {
            foreach (var service in RunningSystem.Services)
            {
                await system.KillAsync(service);
                kills[service]++;
                await system.UpAsync();
            }
            if (round % 2 == 1 && brokerStops < BrokerStops)
            {
                await system.StopBrokerAsync();
                brokerStops++;
                await AfterAsync(Outage);
                await system.StartBrokerAsync();
            }
        }
        Volatile.Write(ref disturbed, true);
        await Task.WhenAll(reporting);

        Assert.All(kills.Values, count => Assert.True(count >= KillsEach));
        Assert.Equal(BrokerStops, brokerStops);
        Assert.True(ledger.Count >= Submissions, $"{ledger.Count} were accepted");
        output.WriteLine($"{ledger.Count} accepted, {kills.Values.Sum()} kills, {brokerStops} broker stops");
        await ledger.SettleAsync(Ringsaker, Settling);
    }

    [Fact]
    public async Task Intake_accepts_everything_while_the_broker_is_down()
    {
        var ledger = new Ledger(system);
        using var http = system.Http(await system.TokenAsync(Løten, "client"));
        // Warm-up, so that the outage is measured and not the first request.
        for (var n = 0; n < 100; n++) ledger.Promise(await UntilAcceptedAsync(http, Corpus.Lines[0].Submission.Fresh() with { Category = "medication" }));

        var before = await AtAClinicsPaceAsync(Outage / 3);
        await system.StopBrokerAsync();
        TimeSpan[] during;
        try
        {
            during = await AtAClinicsPaceAsync(Outage);
            Assert.True(await system.CountAsync("reporting", "select count(*) from outbox_message") >= during.Length / 2,
                "The broker was not down: the outbox did not grow.");
        }
        finally
        {
            await system.StartBrokerAsync();
        }
        Assert.True(during.Length >= AtATime * Outage.TotalSeconds, $"Only {during.Length} were accepted during the outage: intake waited for the broker.");
        // Printed and not asserted: what a shared disk and processor do in one second says nothing of the broker.
        output.WriteLine($"{during.Length} accepted during the outage, p99 {P99(during):F0} ms; before it {P99(before):F0} ms");
        await ledger.SettleAsync(Løten, Settling);

        static double P99(TimeSpan[] latencies) => latencies[(int)(latencies.Length * 0.99)].TotalMilliseconds;

        // Fifty at a time, each with a breath between; answers how long each took, the shortest first.
        async Task<TimeSpan[]> AtAClinicsPaceAsync(TimeSpan length)
        {
            var latencies = new global::System.Collections.Concurrent.ConcurrentBag<TimeSpan>();
            var until = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
            await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => Task.Run(async () =>
            {
                using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
                while (Stopwatch.GetTimestamp() < until)
                {
                    var started = Stopwatch.GetTimestamp();
                    using var response = await PostAsync(http, Corpus.Lines[0].Submission.Fresh() with { Category = "medication" });
                    latencies.Add(Stopwatch.GetElapsedTime(started));
                    Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                    ledger.Promise(await IdAsync(response));
                    await pace.WaitForNextTickAsync();
                }
            })));
            return [.. latencies.Order()];
        }
    }

    /// <summary>The kernel kills Reporting as it enters a system call of a submission: the first one of each kind, the second, the fourth, and so on.</summary>
    [Fact]
    public async Task Reporting_killed_at_each_step_of_a_submission_loses_and_doubles_nothing()
    {
        var ledger = new Ledger(system);
        using var http = system.Http(await system.TokenAsync(Stange, "client"));
        var (unstored, unanswered, unsent) = (0, 0, 0);
        foreach (var calls in StepsOfASubmission)
        {
            var kills = 0;
            for (var nth = 1; ; nth *= 2)
            {
                var submission = Corpus.Lines[0].Submission.Fresh() with { Category = "medication" };
                Task<(Guid Id, HttpStatusCode Status)>? sending = null;
                bool killed;
                long stored, waiting;
                try
                {
                    killed = await KilledBySystemCall.DuringAsync(await system.ProcessIdAsync("reporting"), calls, nth, isDead =>
                    {
                        sending = AcceptedAsync(http, submission);
                        return Eventually.IsTrue(async () => isDead() || (sending.IsCompleted && await WaitingEventsAsync() == 0), Settling);
                    });
                    stored = await system.CountAsync("reporting",
                        $"select count(*) from deviations where client_reference = '{submission.ClientReference}'");
                    waiting = await WaitingEventsAsync();
                }
                finally { await system.UpAsync(); }
                var (id, status) = await sending!;
                ledger.Promise(id);
                if (!killed) break;
                kills++;
                if (stored == 0) unstored++;
                // Sent again, it was known.
                else if (status == HttpStatusCode.OK) unanswered++;
                else if (waiting > 0) unsent++;
            }
            output.WriteLine($"{calls}: {kills} kills");
            Assert.True(kills > 0, $"{calls} killed nothing");
        }
        output.WriteLine($"{unstored} before it was stored, {unanswered} stored and not answered, {unsent} answered and its event not sent");
        Assert.True(unstored > 0 && unanswered > 0);
        await ledger.SettleAsync(Stange, Settling);

        Task<long> WaitingEventsAsync() => system.CountAsync("reporting", "select count(*) from outbox_message");
    }

    /// <summary>As a health record does: the same submission, again and again, until there is a receipt.</summary>
    private static async Task<Guid> UntilAcceptedAsync(HttpClient http, Submission submission) => (await AcceptedAsync(http, submission)).Id;

    private static async Task<(Guid Id, HttpStatusCode Status)> AcceptedAsync(HttpClient http, Submission submission)
    {
        using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            try
            {
                using var response = await PostAsync(http, submission);
                if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK) return (await IdAsync(response), response.StatusCode);
                Assert.True(response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests,
                    $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }
            catch (HttpRequestException) { /* cut in the middle: whether it was stored is not known, so it is sent again */ }
            await patience.WaitForNextTickAsync();
        }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, Submission submission) =>
        http.PostAsJsonAsync("api/v1/deviations", submission, SubmissionJson.Default.Submission);

    private static async Task<Guid> IdAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();

    /// <summary>An outage has a length; this is not a wait for something to happen.</summary>
    private static async Task AfterAsync(TimeSpan length)
    {
        using var timer = new PeriodicTimer(length);
        await timer.WaitForNextTickAsync();
    }
}
