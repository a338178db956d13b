using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using Avvik.Client;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Avvik.System.Tests;

/// <summary>The client as an integrator has it: the package, and the sample published from it with native AOT, against a gateway that wants DPoP.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Client_package_tests(RunningSystem system, ClientSample sample) : IClassFixture<ClientSample>
{
    private const string Hamar = "970540008";

    [Fact]
    public async Task Package_has_readme_documentation_symbols_and_no_private_dependency()
    {
        var package = await ReadAsync($"Avvik.Client.{sample.Version}.nupkg");
        foreach (var file in new[] { "README.md", "lib/net10.0/Avvik.Client.dll", "lib/net10.0/Avvik.Client.xml", "lib/net10.0/Avvik.Contracts.dll",
            "lib/net10.0/Avvik.Contracts.xml" })
            Assert.True(package.TryGetValue(file, out var content) && content.Length > 1000, $"{file} of {string.Join(' ', package.Keys)}");
        var nuspec = XDocument.Parse(package["Avvik.Client.nuspec"]).Root!.Elements().Single();
        string Value(string name) => nuspec.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal(("README.md", "MIT"), (Value("readme"), Value("license")));
        var dependencies = nuspec.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value).ToList();
        Assert.Contains("Refit.HttpClientFactory", dependencies);
        Assert.DoesNotContain(dependencies, d => d.StartsWith("Avvik", StringComparison.Ordinal) || d.StartsWith("Meziantou", StringComparison.Ordinal));
        var documentation = XDocument.Parse(package["lib/net10.0/Avvik.Client.xml"]);
        Assert.Contains(documentation.Descendants("member"), m => m.Attribute("name")!.Value.StartsWith("M:Avvik.Client.IAvvikClient.SubmitAsync(",
            StringComparison.Ordinal) && m.Element("summary") is not null);
        var symbols = await ReadAsync($"Avvik.Client.{sample.Version}.snupkg");
        Assert.Contains("lib/net10.0/Avvik.Client.pdb", symbols.Keys);
        Assert.Contains("lib/net10.0/Avvik.Contracts.pdb", symbols.Keys);
        Assert.DoesNotContain(": warning ", sample.BuildLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_of_the_package_published_aot_submits_and_shows_refusals()
    {
        Assert.True(File.ReadLines(Path.Combine(RepositoryRoot.Path, "contracts/Avvik.Client.Sample/Program.cs")).Count() < 60);
        await using var gateway = await DpopGateway.StartAsync(system);
        var (client, key) = await sample.RegisterAsync(gateway.Issuer, Hamar);
        Submission[] submissions = [Fresh(0), Fresh(1) with { Kind = "nonsense" }, Fresh(2)];
        using var process = sample.Start(gateway.Url, gateway.Issuer, client, key, Path.Combine(system.Data, "sample.outbox"));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        foreach (var submission in submissions) await process.StandardInput.WriteLineAsync(Json(submission));
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(submissions.Select(s => $"queued {s.ClientReference}"), lines.Where(l => l.StartsWith("queued", StringComparison.Ordinal)));
        Assert.Collection(lines.Where(l => !l.StartsWith("queued", StringComparison.Ordinal)),
            l => Assert.StartsWith($"sent {submissions[0].ClientReference} AVV-", l, StringComparison.Ordinal),
            l => Assert.Equal($"refused {submissions[1].ClientReference} invalidContent /kind", l),
            l => Assert.StartsWith($"sent {submissions[2].ClientReference} AVV-", l, StringComparison.Ordinal));
    }

    /// <summary>Where the client is killed.</summary>
    public enum KilledWhen { Queueing, RequestArrived, Accepted, Answered, Reported }

    [Fact]
    public async Task Client_killed_at_every_step_loses_nothing_and_sends_once_in_order()
    {
        const int Submissions = 100, KillsEach = 4, MostRounds = 30;
        var submissions = Enumerable.Range(0, Submissions).Select(Fresh).ToList();
        await using var wire = await Wire.StartAsync();
        await using var gateway = await DpopGateway.StartAsync(system, wire.Url);
        wire.Target = new Uri(gateway.Url);
        var (client, key) = await sample.RegisterAsync(gateway.Issuer, Hamar);
        var outbox = Path.Combine(system.Data, "killed.outbox");
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        var kills = new Dictionary<KilledWhen, int>();
        var random = new Random(20260814);

        // The last round runs to its end.
        for (var round = 0; ; round++)
        {
            KilledWhen? step = Enum.GetValues<KilledWhen>().Where(s => kills.GetValueOrDefault(s) < KillsEach).OrderBy(s => kills.GetValueOrDefault(s))
                .Select(s => (KilledWhen?)s).FirstOrDefault();
            using var process = sample.Start(wire.Url, gateway.Issuer, client, key, outbox);
            wire.KillWhen(step, process);
            // A record gives what it has no acknowledgement for again.
            var given = submissions.Where(s => !acknowledged.Contains(s.ClientReference!)).Take(step is null ? int.MaxValue : 4).ToList();
            var (errors, lines) = (process.StandardError.ReadToEndAsync(), random.Next(1, 4));
            try
            {
                foreach (var submission in given) await process.StandardInput.WriteLineAsync(Json(submission));
                process.StandardInput.Close();
            }
            catch (IOException) { /* it was killed before it had read everything */ }
            var killedHere = false;
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("queued ", StringComparison.Ordinal)) acknowledged.Add(line[7..]);
                var reached = step == (line.StartsWith("queued ", StringComparison.Ordinal) ? KilledWhen.Queueing : KilledWhen.Reported);
                if (!reached || killedHere || (step == KilledWhen.Queueing && --lines > 0)) continue;
                killedHere = true;
                process.Kill();
            }
            await process.WaitForExitAsync();
            if (step is null)
            {
                Assert.True(process.ExitCode == 0, await errors);
                break;
            }
            // It came through before it could be killed: the step is tried again.
            if (process.ExitCode == 0 && round < MostRounds) continue;
            // 128 + SIGKILL.
            Assert.True(process.ExitCode == 137, $"{step}: {process.ExitCode} {await errors}");
            kills[step.Value] = kills.GetValueOrDefault(step.Value) + 1;
        }

        Assert.All(Enum.GetValues<KilledWhen>(), step => Assert.True(kills.GetValueOrDefault(step) == KillsEach, $"{step}: {kills.GetValueOrDefault(step)}"));
        // Accepted in the order in which they were queued, and each once, though many were sent again.
        Assert.Equal(submissions.Select(s => s.ClientReference), wire.Created);
        Assert.True(wire.Repeated > 0, "nothing was sent twice: the kills came too late to matter");
        foreach (var submission in submissions)
            Assert.Equal(1, await system.CountAsync("reporting", $"select count(*) from deviations where client_reference = '{submission.ClientReference}'"));
        Assert.Equal(submissions.Select(s => s.ClientReference).Order(StringComparer.Ordinal), acknowledged.Order(StringComparer.Ordinal));
    }

    private static Submission Fresh(int n) => Corpus.Lines[n % 16].Submission.Fresh();

    private static string Json(Submission submission) => JsonSerializer.Serialize(submission, ClientJson.Default.Submission);

    private async Task<Dictionary<string, string>> ReadAsync(string file)
    {
        await using var zip = await ZipFile.OpenReadAsync(Path.Combine(sample.Packages, file));
        var content = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync());
            content[entry.FullName] = await reader.ReadToEndAsync();
        }
        return content;
    }

    /// <summary>Stands before the gateway, and kills the client at a step of a submission.</summary>
    private sealed class Wire : IAsyncDisposable
    {
        private readonly HttpClient _http = new();
        private WebApplication _server = null!;
        private KilledWhen? _step;
        private Process? _client;
        private int _requests;

        public string Url { get; } = $"http://localhost:{ServiceProcess.FreePort()}";
        public Uri Target { get; set; } = null!;
        public bool HasKilled { get; private set; }
        public ConcurrentQueue<string> Created { get; } = [];
        public int Repeated { get; private set; }

        public static async Task<Wire> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var wire = new Wire { _server = builder.Build() };
            wire._server.Urls.Add(wire.Url);
            wire._server.Run(wire.ForwardAsync);
            await wire._server.StartAsync();
            return wire;
        }

        public void KillWhen(KilledWhen? step, Process client) => (_step, _client, _requests, HasKilled) = (step, client, 0, false);

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            _http.Dispose();
        }

        private async Task ForwardAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            if (Kill(KilledWhen.RequestArrived, context)) return;
            // What the test kills when it reads a line must not have ended by then.
            if (_step == KilledWhen.Queueing || (_step == KilledWhen.Reported && ++_requests > 1))
            {
                try { await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted); }
                catch (OperationCanceledException) { return; }
            }
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Target, context.Request.Path));
            request.Content = new ByteArrayContent(body.ToArray());
            foreach (var name in new[] { "Authorization", "DPoP" }) request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].ToString());
            request.Content.Headers.ContentType = new("application/json");
            using var answer = await _http.SendAsync(request);
            var reference = JsonElement.Parse(body.ToArray()).GetProperty("clientReference").GetString()!;
            if (answer.StatusCode == global::System.Net.HttpStatusCode.Created) Created.Enqueue(reference);
            if (answer.StatusCode == global::System.Net.HttpStatusCode.OK) Repeated++;
            if (Kill(KilledWhen.Accepted, context)) return;
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await context.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
            await context.Response.CompleteAsync();
            Kill(KilledWhen.Answered, context);
        }

        private bool Kill(KilledWhen step, HttpContext context)
        {
            if (_step != step || HasKilled) return false;
            _client!.Kill();
            HasKilled = true;
            context.Abort();
            return true;
        }
    }
}
