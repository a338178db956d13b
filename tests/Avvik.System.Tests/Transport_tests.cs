using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Avvik.Client;
using Avvik.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Avvik.System.Tests;

/// <summary>Who talks to the broker as whom, and what is on the wire.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Transport_tests(RunningSystem system)
{
    [Fact, global::System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Every_service_is_at_the_broker_as_a_user_of_its_own()
    {
        var connected = await Script.RunAsync("compose/broker", "ctl", Path.Combine(system.Data, "broker"),
            "list_connections", "-q", "--no-table-headers", "user");
        Assert.Equal(RunningSystem.Services.Order(StringComparer.Ordinal), connected.Split('\n').Distinct().Order(StringComparer.Ordinal));

        var administrator = new Uri(await Script.RunAsync("compose/broker", "uri", Path.Combine(system.Data, "broker")));
        foreach (var service in RunningSystem.Services)
        {
            var file = Path.Combine(system.Data, "secrets/broker", service + ".password");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            var password = (await File.ReadAllTextAsync(file)).Trim();
            var process = await File.ReadAllTextAsync(Path.Combine(system.Data, "run", service + ".pid"));
            Assert.DoesNotContain(password, await File.ReadAllTextAsync($"/proc/{process.Trim()}/environ"), StringComparison.Ordinal);

            // No service but Routing can say who may do what.
            await using var connection = await new ConnectionFactory { Uri = new UriBuilder(administrator) { UserName = service, Password = password }.Uri }
                .CreateConnectionAsync();
            foreach (var exchange in new[] { "avvik.routing.directory-published.v1", "avvik.routing.role-assignment-changed.v1" })
            {
                if (service == "routing") continue;
                await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
                await Assert.ThrowsAnyAsync<Exception>(() =>
                    channel.BasicPublishAsync(exchange, "", false, new BasicProperties(), Array.Empty<byte>()).AsTask());
                Assert.Equal(403, (int)channel.CloseReason!.ReplyCode);
            }
        }
    }

    [Fact]
    public async Task Report_goes_all_the_way_with_TLS_and_plain_connections_are_refused()
    {
        var folder = global::System.IO.Directory.CreateTempSubdirectory("avvik-tls-").FullName;
        var port = ServiceProcess.FreePort();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AVVIK_DATA"] = folder,
            ["AVVIK_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["AVVIK_TLS"] = "yes",
        };
        try
        {
            await Script.RunAsync("compose/up", environment, "--no-build");
            using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "secrets/tls/ca.pem"));
            using var http = Trusting(authority, await TokenAsync("970540008", "reporter"), port);
            var reporter = AvvikClient.For(http);
            var line = Corpus.Lines[0];
            var receipt = await reporter.SubmitAsync(line.Submission.Fresh() with { Category = line.Category });
            await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(receipt.Id)).Case?.Unit == line.Unit, TimeSpan.FromSeconds(60));
            using var coordinatorHttp = Trusting(authority, await TokenAsync("983971709", "coordinator"), port);
            var coordinator = AvvikClient.For(coordinatorHttp);
            await Eventually.IsTrue(async () => (await coordinator.GetStatisticsAsync(new() { By = ["category"] })).Total.Count.Value >= 1,
                TimeSpan.FromSeconds(60));

            // No process has a plain port, and no certificate is trusted but by this authority.
            var ports = (await File.ReadAllLinesAsync(Path.Combine(folder, "ports"))).Where(l => !l.Contains("-metrics=", StringComparison.Ordinal))
                .Select(l => int.Parse(l[(l.IndexOf('=', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture)).Append(port).ToList();
            Assert.Equal(8, ports.Count);
            foreach (var each in ports)
            {
                using var plain = new HttpClient();
                await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync($"http://127.0.0.1:{each}/health/live"));
                var untrusted = await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync($"https://127.0.0.1:{each}/health/live"));
                Assert.IsType<AuthenticationException>(untrusted.InnerException);
            }
            var broker = new Uri(await Script.RunAsync("compose/broker", "uri", Path.Combine(folder, "broker")));
            Assert.Equal("amqps", broker.Scheme);
            foreach (var uri in new[] { new UriBuilder(broker) { Scheme = "amqp" }.Uri, broker })
                await Assert.ThrowsAsync<BrokerUnreachableException>(() => new ConnectionFactory { Uri = uri }.CreateConnectionAsync());
        }
        finally
        {
            await Script.RunAsync("compose/down", environment);
            global::System.IO.Directory.Delete(folder, recursive: true);
        }

        Task<string> TokenAsync(string organization, string role) =>
            Script.RunAsync("compose/token", environment, "--organization", organization, "--role", role);
    }

    private static HttpClient Trusting(X509Certificate2 authority, string token, int port)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{port}/"), Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
