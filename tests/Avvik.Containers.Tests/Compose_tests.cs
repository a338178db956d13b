using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.System.Tests;
using Avvik.Testing;

namespace Avvik.Containers.Tests;

/// <summary>compose.yaml, built and run.</summary>
public sealed class Compose_tests(ComposedSystem system) : IClassFixture<ComposedSystem>
{
    private const string Løten = "964950679";
    private static readonly string[] Restarted = ["rabbitmq", "identity", "reporting", "triage", "routing", "statistics", "notices", "workbench", "gateway"];
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60), Settling = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Corpus_lands_in_the_expected_units_and_is_counted()
    {
        var coordinator = await system.ClientAsync("983971709", "coordinator");
        var before = await CountedAsync(coordinator);
        var sent = new List<(CorpusLine Line, IAvvikClient Reporter, Guid Id)>();
        foreach (var line in Corpus.Lines)
        {
            var reporter = await system.ClientAsync(line.Reporter, "client");
            sent.Add((line, reporter, (await reporter.SubmitAsync(line.Submission.Fresh() with { Category = line.Category })).Id));
        }
        Assert.Equal(36, sent.Count);
        foreach (var (line, reporter, id) in sent)
            await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(id)).Case?.Unit == line.Unit, Soon);
        await Eventually.IsTrue(async () => await CountedAsync(coordinator) > before, Soon);
    }

    [Fact]
    public async Task Workbench_sends_the_browser_to_the_issuer_to_sign_in()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = system.Gateway };
        var at = new Uri(http.BaseAddress!, "/");
        // The page asks for a signed-in person; signing in pushes the request to the issuer and sends the browser there.
        for (var hop = 0; at.Host != "identity.localhost"; hop++)
        {
            Assert.True(hop < 5, $"No issuer after {hop} redirects, at {at}.");
            using var answer = await http.GetAsync(at);
            Assert.True(answer.Headers.Location is not null, $"{at} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            at = new Uri(at, answer.Headers.Location!);
        }
        Assert.Contains("request_uri=", at.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_check_of_every_container_passes()
    {
        await system.ReadyAsync();
        var containers = await system.ContainersAsync();
        Assert.Equal(Restarted.Order(StringComparer.Ordinal), containers.Keys.Order(StringComparer.Ordinal));
        foreach (var (service, container) in containers.Where(c => c.Key != "identity"))
            await Eventually.IsTrue(async () => await system.CheckHealthAsync(container) == 0, Soon, () => Task.FromResult($"{service} is not healthy."));
    }

    [Fact]
    public async Task Killing_every_container_under_load_loses_nothing()
    {
        using var http = await system.HttpAsync(Løten, "client");
        var reporter = await system.ClientAsync(Løten, "client");
        var coordinator = await system.ClientAsync("983971709", "coordinator");
        var (promised, counted) = (new ConcurrentDictionary<Guid, byte>(), await CountedAsync(coordinator));
        var submission = Corpus.Lines[0].Submission with { Category = "medication", PatientGroups = ["none"], ActualHarm = "none" };
        var disturbed = false;
        async Task ReportAsync()
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
            while (!Volatile.Read(ref disturbed))
            {
                promised[await UntilAcceptedAsync(http, submission.Fresh())] = 0;
                await pace.WaitForNextTickAsync();
            }
        }

        var before = await system.ContainersAsync();
        var reporting = Enumerable.Range(0, 10).Select(_ => Task.Run(ReportAsync)).ToArray();
        foreach (var service in Restarted)
        {
            await ComposedSystem.ComposeAsync("kill", service);
            await ComposedSystem.ComposeAsync("start", service);
            await system.ReadyAsync();
        }
        Volatile.Write(ref disturbed, true);
        await Task.WhenAll(reporting);

        var after = await system.ContainersAsync();
        Assert.All(Restarted, s => Assert.NotEqual(before[s].State!.StartedAt, after[s].State!.StartedAt));
        Assert.True(promised.Count >= 50, $"{promised.Count} were accepted");
        foreach (var id in promised.Keys) await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(id)).Case is not null, Settling);
        await Eventually.IsTrue(async () => await CountedAsync(coordinator) >= counted + promised.Count, Settling,
            async () => $"{await CountedAsync(coordinator)} are counted; {promised.Count} were accepted, and {counted} counted before.");

        // The databases, with nobody writing: each promise is one deviation, one case and one fact, and there is nothing else.
        await ComposedSystem.ComposeAsync("stop", "reporting", "triage", "routing", "statistics", "notices");
        try
        {
            foreach (var (service, sql) in new[]
            {
                ("reporting", $"select id from deviations where reporter_organization = '{Løten}'"),
                ("routing", $"select id from cases where reporter_organization = '{Løten}'"),
                ("statistics", "select deviation_id from facts where municipality = '3412' and direction = 'municipalityToTrust'"),
            })
            {
                var ids = await system.IdsAsync(after[service], sql);
                Assert.True(ids.SetEquals(promised.Keys),
                    $"{service}: {promised.Keys.Except(ids).Count()} missing, {ids.Except(promised.Keys).Count()} unexpected");
            }
        }
        finally
        {
            await ComposedSystem.ComposeAsync("start", "reporting", "triage", "routing", "statistics", "notices");
        }
    }

    private static async Task<double> CountedAsync(IAvvikClient coordinator) =>
        (await coordinator.GetStatisticsAsync(new() { By = ["category"] })).Total.Count.Value ?? 0;

    /// <summary>As a health record does: the same submission until there is a receipt.</summary>
    private static async Task<Guid> UntilAcceptedAsync(HttpClient http, Submission submission)
    {
        using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            try
            {
                using var response = await http.PostAsJsonAsync("api/v1/deviations", submission, SubmissionJson.Default.Submission);
                if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
                    return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
                Assert.True(response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                    or HttpStatusCode.GatewayTimeout, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }
            catch (HttpRequestException) { /* cut off: whether it was stored is unknown, so it is sent again */ }
            await patience.WaitForNextTickAsync();
        }
    }
}
