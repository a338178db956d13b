using System.Collections.Concurrent;
using System.Net.Http.Json;
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
    private const string Hamar = "970540008", SyntheticNumber = "41814061033";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

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
    public async Task A_patients_number_is_nowhere_and_a_narratives_words_only_in_the_three_databases()
    {
        var marker = $"kjennemerke{Guid.CreateVersion7():N}";
        var client = await system.ClientAsync(Hamar, "reporter");
        var receipt = await client.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with
        {
            Category = "medication",
            Narrative = $"Listen manglet {marker}.",
            Patient = new() { IdentifierType = "dnr", Identifier = SyntheticNumber },
        });
        // And one that is refused: what is not stored must not be logged either.
        await Assert.ThrowsAsync<AvvikProblemException>(() => client.SubmitAsync(Corpus.Lines[0].Submission.Fresh() with { Narrative = $"{marker} {SyntheticNumber}" }));
        await Eventually.IsTrue(async () => (await client.GetDeviationAsync(receipt.Id)).Status == "routed", Soon);

        string[] holders = ["reporting.db", "triage.db", "routing.db"];
        var (found, searched) = (new List<string>(), 0);
        foreach (var file in global::System.IO.Directory.EnumerateFiles(system.Data, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith("lock", StringComparison.Ordinal)) continue;
            byte[] bytes;
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                await stream.CopyToAsync(copy);
                bytes = copy.ToArray();
            }
            catch (FileNotFoundException) { continue; }
            searched++;
            foreach (var form in Forms(SyntheticNumber))
                if (bytes.AsSpan().IndexOf(form) >= 0) found.Add($"the number in {Path.GetRelativePath(system.Data, file)}");
            if (!holders.Any(h => Path.GetFileName(file).StartsWith(h, StringComparison.Ordinal)))
                foreach (var form in Forms(marker))
                    if (bytes.AsSpan().IndexOf(form) >= 0) found.Add($"the words in {Path.GetRelativePath(system.Data, file)}");
        }
        Assert.Empty(found);
        Assert.True(searched > 20, $"{searched} files");
        Assert.True(await system.CountAsync("routing", $"select count(*) from cases where narrative like '%{marker}%'") == 1);
    }

    private static IEnumerable<byte[]> Forms(string text) =>
        [Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text), .. Enumerable.Range(0, 3).Select(shift =>
            // Base64 of a text depends on where in a group of three it begins; the ends depend on what stands beside it.
            Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', shift) + text))[4..^4]))];

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
