using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Avvik.System.Tests;

[Collection(nameof(RunningSystem))]
public sealed class Observability_tests(RunningSystem system)
{
    private const string Hamar = "970540008", Bodø = "972418013";
    private const int LongestForm = 400;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60), AfterAnOutage = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task One_trace_follows_a_deviation_from_the_gateway_to_the_statistics()
    {
        await using var collector = await Collector.StartAsync();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "200");
        try
        {
            await RestartAsync();
            using var http = system.Http(await system.TokenAsync(Hamar, "reporter"));
            var trace = Guid.CreateVersion7().ToByteArray(bigEndian: true);
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/deviations")
            {
                Content = JsonContent.Create(Corpus.Lines[0].Submission.Fresh() with { Category = "medication" }, SubmissionJson.Default.Submission),
            };
            request.Headers.Add("traceparent", $"00-{Convert.ToHexStringLower(trace)}-00f067aa0ba902b7-01");
            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            // In the protocol's encoding, a batch names its service as text and each span its trace as sixteen bytes.
            string[] expected = ["gateway", .. RunningSystem.Services];
            bool Seen(string service) => collector.Batches.Any(b => b.AsSpan().IndexOf(trace) >= 0 && b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(service)) >= 0);
            await Eventually.IsTrue(() => Task.FromResult(expected.All(Seen)), Soon, () => Task.FromResult($"Seen in: {string.Join(", ", expected.Where(Seen))}"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
            await RestartAsync();
        }
    }

    [Fact]
    public async Task No_patients_number_is_anywhere_and_a_narratives_words_only_in_the_three_databases()
    {
        const int Patients = 500;
        var numbers = Enumerable.Range(0, Patients).Select(SyntheticNumber).ToArray();
        // Of letters: digits may look like a date of birth, and then a coordinator must see to it first.
        var words = numbers.Select(_ => "kjennemerke" + string.Concat(Guid.NewGuid().ToString("N").Select(c => (char)(c < 'a' ? c - '0' + 'g' : c)))).ToArray();
        var (kept, spread) = (Forms(words), Forms([.. numbers, .. words]));
        await using var collector = await Collector.StartAsync();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        Environment.SetEnvironmentVariable("OTEL_BSP_SCHEDULE_DELAY", "200");
        try
        {
            await RestartAsync();
            // Five hundred that are alike would fill a queue that other tests look into.
            var client = await system.ClientAsync(Bodø, "reporter");
            // And some that are refused: what is not stored must not be logged either.
            foreach (var (number, word) in numbers.Zip(words).Take(20))
                await Assert.ThrowsAsync<AvvikProblemException>(() => client.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Narrative = $"{word} {number}" }));
            await system.StopBrokerAsync();
            try
            {
                await Parallel.ForEachAsync(numbers.Zip(words), async (patient, ct) => await client.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with
                {
                    Category = "medication",
                    Respondent = new() { OrganizationNumber = "983974910" },
                    Narrative = $"Listen manglet {patient.Second}.",
                    Patient = new() { IdentifierType = "fnr", Identifier = patient.First },
                }, ct));
                // While they wait to be sent, too.
                Assert.Empty(await FindAsync(kept, spread));
            }
            finally
            {
                await system.StartBrokerAsync();
            }
            await Eventually.IsTrue(async () => await system.CountAsync("routing", "select count(*) from cases where narrative like '%kjennemerke%'") == Patients, AfterAnOutage);
            // Traces are on their way for a moment yet.
            await Eventually.IsTrue(() => Task.FromResult(RunningSystem.Services.All(s => collector.Batches.Any(b => b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(s)) >= 0))), Soon);
            Assert.Empty(await FindAsync(kept, spread));
            Assert.DoesNotContain(collector.Batches, batch => Encoding.Latin1.GetString(batch).AsSpan().ContainsAny(spread));
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
            await RestartAsync();
        }
    }

    /// <summary>Files of the running system that hold what they must not; all are read, also the broker's, and the words' own places are shown to be found.</summary>
    private async Task<List<string>> FindAsync(SearchValues<string> words, SearchValues<string> all)
    {
        string[] holders = ["reporting.db", "triage.db", "routing.db"];
        var (found, searched, held) = (new List<string>(), 0, 0);
        foreach (var file in global::System.IO.Directory.EnumerateFiles(system.Data, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith("lock", StringComparison.Ordinal)) continue;
            string text;
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                // A character for each byte.
                using var reader = new StreamReader(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
                text = await reader.ReadToEndAsync();
            }
            catch (FileNotFoundException) { continue; }
            searched++;
            var holder = holders.Any(h => Path.GetFileName(file).StartsWith(h, StringComparison.Ordinal));
            for (var (at, next) = (0, 0); (next = text.AsSpan(at).IndexOfAny(all)) >= 0; at += next + 1)
            {
                if (!holder || text.AsSpan(at + next, Math.Min(LongestForm, text.Length - at - next)).IndexOfAny(words) != 0) found.Add($"{Path.GetRelativePath(system.Data, file)} at {at + next}");
                else held++;
            }
        }
        Assert.True(searched > 20, $"{searched} files");
        Assert.True(held > 0, "The words were found nowhere: this looks for nothing.");
        return found;
    }

    /// <summary>In clear and as it may be encoded, escaped or hashed; a character for each byte.</summary>
    private static SearchValues<string> Forms(IEnumerable<string> texts) => SearchValues.Create([.. texts.SelectMany(text =>
    {
        var (utf8, utf16) = (Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text));
#pragma warning disable CA5350, CA5351 // broken ones are just what is looked for
        byte[][] hashes = [MD5.HashData(utf8), SHA1.HashData(utf8), SHA256.HashData(utf8), SHA512.HashData(utf8), SHA256.HashData(utf16)];
#pragma warning restore CA5350, CA5351
        return new[] { text, Encoding.Latin1.GetString(utf16), Encoding.Latin1.GetString(Encoding.BigEndianUnicode.GetBytes(text)), string.Concat(text.Select(c => $"\\u{(int)c:x4}")) }
            .Concat(new[] { utf8, utf16 }.Concat(hashes).SelectMany(bytes => new[] { Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes) }))
            .Concat(hashes.Select(hash => Encoding.Latin1.GetString(hash)))
            .Concat(hashes.Select(hash => Convert.ToBase64String(hash).TrimEnd('=')))
            // Base64 of a text depends on where in a group of three it begins; the ends depend on what stands beside it.
            .Concat(Enumerable.Range(0, 3).Select(shift => Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', shift) + text))[4..^4]));
    }).Distinct(StringComparer.Ordinal)], StringComparison.Ordinal);

    /// <summary>A number as Skatteetaten's synthetic population has them: the month plus 80, so that nobody has it.</summary>
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

    private async Task RestartAsync()
    {
        foreach (var process in (string[])["gateway", .. RunningSystem.Services]) await system.KillAsync(process);
        await system.UpAsync();
    }

    /// <summary>Takes what is exported, as any OTLP collector does.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentBag<byte[]> Batches { get; } = [];
        public string Address => app.Urls.First();

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var collector = new Collector(builder.Build());
            await collector.ListenAsync();
            return collector;
        }

        private Task ListenAsync()
        {
            app.MapPost("/v1/{signal}", async (HttpRequest request) =>
            {
                using var copy = new MemoryStream();
                await request.Body.CopyToAsync(copy);
                Batches.Add(copy.ToArray());
            });
            return app.StartAsync();
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
