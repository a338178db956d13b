using System.Buffers;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Avvik.Client;
using Avvik.Hosting;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>The running system while a collector gets what it exports: its processes are started again with one, and without it afterwards.</summary>
public sealed class CollectedSystem(RunningSystem system) : IAsyncLifetime
{
    internal Collector Collector { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Collector = await Collector.StartAsync();
        await RestartAsync();
    }

    public async Task DisposeAsync()
    {
        await Collector.DisposeAsync();
        await RestartAsync();
    }

    private async Task RestartAsync()
    {
        foreach (var process in (string[])["gateway", .. RunningSystem.Services]) await system.KillAsync(process);
        await system.UpAsync();
    }
}

[Collection(nameof(RunningSystem))]
public sealed class Observability_tests(RunningSystem system, CollectedSystem collected) : IClassFixture<CollectedSystem>
{
    private const string Hamar = "970540008", Bodø = "972418013";
    private const int LongestForm = 400;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60), AfterAnOutage = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task One_trace_covers_a_deviation_from_gateway_to_statistics()
    {
        using var http = system.Http(await system.TokenAsync(Hamar, "reporter"));
        await TraceDeviationAsync(http);
    }

    [Fact]
    public async Task Collector_receives_data_of_every_named_meter_and_source()
    {
        var collector = collected.Collector;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        using var key = new GatewayKey("statistics");
        await using var statistics = new ServiceProcess("Avvik.Statistics",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("statistics")), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
                ["InternalToken:PublicKeyFile"] = key.PublicKeyFile,
                ["NoteProtection:ActiveKey"] = "k1",
                ["NoteProtection:Keys:k1"] = TestKeys.Of("NoteProtection"),
            });
        // The running system is on SQLite; this one shows Npgsql.
        await statistics.StartAsync();
        var client = await system.ClientAsync(Hamar, "reporter");
        await client.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Category = "medication" });
        IEnumerable<string> Missing() =>
        [
            .. Telemetry.Sources.Where(s => !collector.HasScope("traces", s)).Select(s => $"source {s}"),
            .. Telemetry.Meters.Where(m => !collector.HasScope("metrics", m)).Select(m => $"meter {m}"),
        ];
        await Eventually.IsTrue(() => Task.FromResult(!Missing().Any()), Soon, () => Task.FromResult($"Without data: {string.Join(", ", Missing())}"));
    }

    [Fact]
    public async Task Spans_hold_neither_sql_nor_what_was_searched_for()
    {
        const string SearchedFor = "søktetterdette", Encoded = "s%C3%B8ktetterdette";
        var collector = collected.Collector;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        using var key = new GatewayKey("routing");
        await using var routing = new ServiceProcess("Avvik.Routing",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("routing")), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
                ["InternalToken:PublicKeyFile"] = key.PublicKeyFile,
                ["TextProtection:ActiveKey"] = "k1",
                ["TextProtection:Keys:k1"] = TestKeys.Of("TextProtection"),
            });
        await routing.StartAsync();
        using var direct = new HttpClient { BaseAddress = routing.Address };
        direct.DefaultRequestHeaders.Authorization = new("Bearer", key.Token("983971709", ["handler"]));
        using var gateway = system.Http(await system.TokenAsync("983971709", "handler"));
        foreach (var http in new[] { direct, gateway })
        {
            using var response = await http.GetAsync($"api/v1/cases?q={Encoded}");
            response.EnsureSuccessStatusCode();
            using var next = new HttpRequestMessage(HttpMethod.Get, "api/v1/cases?limit=1");
            await TraceAsync(http, next, http == gateway ? ["gateway", "routing"] : ["routing"]);
        }
        string[] seen = ["Npgsql", "Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy"];
        await Eventually.IsTrue(() => Task.FromResult(seen.All(s => collector.HasScope("traces", s)) && collector.Contains("/cases")), Soon);
        Assert.DoesNotContain((string[])["db.statement", "db.query.text", "url.query", SearchedFor, Encoded, "select "], collector.Contains);
    }

    [Fact]
    public async Task Prometheus_metrics_are_served_on_their_own_port_only()
    {
        using var http = new HttpClient();
        foreach (var process in (string[])["gateway", .. RunningSystem.Services])
        {
            var metrics = await http.GetStringAsync($"http://localhost:{await system.PortOfAsync($"{process}-metrics")}/metrics");
            Assert.Contains($"service_name=\"{process}\"", metrics, StringComparison.Ordinal);
            Assert.Contains("kestrel_active_connections", metrics, StringComparison.Ordinal);
        }
        using var gateway = await http.GetAsync(new Uri(system.Address, "metrics"));
        Assert.Equal(HttpStatusCode.NotFound, gateway.StatusCode);
        using var reporting = await http.GetAsync($"http://127.0.0.1:{await system.PortOfAsync("reporting")}/metrics");
        Assert.False(reporting.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Patient_identity_and_narratives_are_readable_in_no_file()
    {
        const int Patients = 500;
        var numbers = Enumerable.Range(0, Patients).Select(SyntheticNumber).ToArray();
        // Letters only: digits may look like a date of birth, which a coordinator must check first.
        var words = numbers.Select(_ => "kjennemerke" + string.Concat(Guid.NewGuid().ToString("N").Select(c => (char)(c < 'a' ? c - '0' + 'g' : c)))).ToArray();
        // Kept as it is sent: a search that does not find it proves nothing.
        var control = "kontrollmerke" + Guid.NewGuid().ToString("N");
        var (kept, spread, all) = (Forms([control]), Forms([.. numbers, .. words]), Forms([control, .. numbers, .. words]));
        var collector = collected.Collector;
        // A party of its own: five hundred similar deviations would fill a queue that other tests look into.
        var client = await system.ClientAsync(Bodø, "reporter");
        // Some are refused: what is not stored must not be logged either.
        foreach (var (number, word) in numbers.Zip(words).Take(20))
        {
            var refused = Corpus.Lines[0].Submission.Fresh() with { Narrative = $"{word} {number}" };
            await Assert.ThrowsAsync<AvvikProblemException>(() => client.SubmitAsync(refused));
        }
        const string Cases = $"select count(*) from cases where reporter_organization = '{Bodø}'";
        var before = await system.CountAsync("routing", Cases);
        await system.StopBrokerAsync();
        try
        {
            await Parallel.ForEachAsync(numbers.Zip(words), async (patient, ct) => await client.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with
            {
                ClientReference = $"{control}-{Guid.NewGuid():N}",
                Category = "medication",
                Respondent = new() { OrganizationNumber = "983974910" },
                Narrative = $"Listen manglet {patient.Second}.",
                Patient = new() { IdentifierType = "fnr", Identifier = patient.First },
            }, ct));
            // While they wait in the outbox they are sealed.
            Assert.Empty((await FindAsync(kept, all)).Found);
        }
        finally
        {
            await system.StartBrokerAsync();
        }
        await Eventually.IsTrue(async () => await system.CountAsync("routing", Cases) == before + Patients, AfterAnOutage);
        // Traces arrive a moment later.
        using var http = system.Http(await system.TokenAsync(Hamar, "reporter"));
        await TraceDeviationAsync(http);
        var (found, held) = await FindAsync(kept, all);
        Assert.Empty(found);
        Assert.True(held > 0, "The control word was found nowhere: the search does not work.");
        Assert.DoesNotContain(collector.Batches, batch => Encoding.Latin1.GetString(batch).AsSpan().ContainsAny(spread));
    }

    private async Task TraceDeviationAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/deviations")
        {
            Content = JsonContent.Create(Corpus.Lines[0].Submission.Fresh() with { Category = "medication" }, SubmissionJson.Default.Submission),
        };
        await TraceAsync(http, request, ["gateway", .. RunningSystem.Services]);
    }

    /// <summary>
    /// Sends a request in a trace of its own, and returns when the collector has it from these processes: each exports in order, so what they did before is
    /// there, too.
    /// </summary>
    private async Task TraceAsync(HttpClient http, HttpRequestMessage request, string[] expected)
    {
        var (collector, trace) = (collected.Collector, Guid.CreateVersion7().ToByteArray(bigEndian: true));
        request.Headers.Add("traceparent", $"00-{Convert.ToHexStringLower(trace)}-00f067aa0ba902b7-01");
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        // In the protocol's encoding, a batch names its service as text and each span its trace as sixteen bytes.
        await Eventually.IsTrue(() => Task.FromResult(expected.All(s => collector.HasTogether(trace, s))), Soon,
            () => Task.FromResult($"Seen in: {string.Join(", ", expected.Where(s => collector.HasTogether(trace, s)))}"));
    }

    /// <summary>
    /// Files of the running system that hold what they must not, and how many of the words were found where they may be: a search that finds nothing anywhere
    /// proves nothing. All files are read, the broker's included.
    /// </summary>
    private async Task<(List<string> Found, int Held)> FindAsync(SearchValues<string> words, SearchValues<string> all)
    {
        var (found, searched, held) = (new List<string>(), 0, 0);
        foreach (var file in global::System.IO.Directory.EnumerateFiles(system.Data, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith("lock", StringComparison.Ordinal)) continue;
            string text;
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                // One character for each byte.
                using var reader = new StreamReader(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
                text = await reader.ReadToEndAsync();
            }
            catch (FileNotFoundException) { continue; }
            searched++;
            var holder = Path.GetFileName(file).StartsWith("reporting.db", StringComparison.Ordinal);
            for (var (at, next) = (0, 0); (next = text.AsSpan(at).IndexOfAny(all)) >= 0; at += next + 1)
            {
                var allowed = holder && text.AsSpan(at + next, Math.Min(LongestForm, text.Length - at - next)).IndexOfAny(words) == 0;
                if (allowed) held++;
                else found.Add($"{Path.GetRelativePath(system.Data, file)} at {at + next}");
            }
        }
        Assert.True(searched > 20, $"{searched} files");
        return (found, held);
    }

    /// <summary>In clear and as it may be encoded, escaped or hashed; one character for each byte.</summary>
    private static SearchValues<string> Forms(IEnumerable<string> texts) => SearchValues.Create([.. texts.SelectMany(text =>
    {
        var (utf8, utf16) = (Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text));
#pragma warning disable CA5350, CA5351 // weak hashes are what this looks for
        byte[][] hashes = [MD5.HashData(utf8), SHA1.HashData(utf8), SHA256.HashData(utf8), SHA512.HashData(utf8), SHA256.HashData(utf16)];
#pragma warning restore CA5350, CA5351
        string[] asText =
        [
            text, Encoding.Latin1.GetString(utf16), Encoding.Latin1.GetString(Encoding.BigEndianUnicode.GetBytes(text)),
            string.Concat(text.Select(c => $"\\u{(int)c:x4}")),
        ];
        return asText
            .Concat(new[] { utf8, utf16 }.Concat(hashes).SelectMany(bytes => new[] { Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes) }))
            .Concat(hashes.Select(hash => Encoding.Latin1.GetString(hash)))
            .Concat(hashes.Select(hash => Convert.ToBase64String(hash).TrimEnd('=')))
            // Base64 of a text depends on where in a group of three bytes it begins; its ends depend on the neighbouring bytes.
            // Eight characters are six digits, which the reference of another case has by chance; of five hundred numbers, many stand where there are more.
            .Concat(Enumerable.Range(0, 3).Select(shift => Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', shift) + text))[4..^4])
                .Where(form => form.Length > 8));
    }).Distinct(StringComparer.Ordinal)], StringComparison.Ordinal);

    /// <summary>A number as in Skatteetaten's synthetic population: the month plus 80, which no real person has.</summary>
    private static string SyntheticNumber(int index)
    {
        ReadOnlySpan<int> first = [3, 7, 6, 1, 8, 9, 4, 5, 2], second = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
        for (var serial = 0; ; serial++)
        {
            var digits = $"{(index % 28) + 1:00}{(index / 28 % 12) + 81:00}{50 + (index / 336):00}{(100 + serial):000}";
            if (Control(digits, first) is not { } k1 || Control(digits + k1, second) is not { } k2) continue;
            return $"{digits}{k1}{k2}";
        }

        static int? Control(string digits, ReadOnlySpan<int> weights)
        {
            var sum = 0;
            for (var i = 0; i < weights.Length; i++) sum += (digits[i] - '0') * weights[i];
            return (11 - (sum % 11)) switch { 11 => 0, 10 => null, var k => k };
        }
    }
}
