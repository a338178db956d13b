using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Avvik.Testing;

namespace Avvik.Gateway.Tests;

/// <summary>The gateway as a process of its own, between an issuer and an echo service that the test controls.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    public static readonly string[] Services = ["reporting", "triage", "routing", "statistics", "notices"];

    private readonly string _folder;
    private readonly string _scheme;
    private readonly bool _ownsIssuer;

    private GatewayUnderTest(TestIssuer issuer, bool ownsIssuer, EchoService service, string folder, IEnumerable<(string Key, string? Value)> settings)
    {
        (Issuer, _ownsIssuer, Service, _folder, Port) = (issuer, ownsIssuer, service, folder, ServiceProcess.FreePort());
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}",
            ["Tokens:Issuer"] = issuer.Url,
            ["Tokens:Audience"] = "avvik",
            ["Tokens:Scheme"] = "Bearer",
            ["InternalToken:PrivateKeyFile"] = KeyFile(folder),
        };
        foreach (var name in Services) environment[$"ReverseProxy:Clusters:{name}:Destinations:primary:Address"] = $"http://127.0.0.1:{service.Port}/";
        foreach (var (key, value) in settings)
        {
            environment.Remove(key);
            if (value is not null) environment[key] = value.Replace("{port}", $"{Port}", StringComparison.Ordinal);
        }
        _scheme = environment["Tokens:Scheme"];
        Process = new ServiceProcess("Avvik.Gateway", environment);
    }

    public TestIssuer Issuer { get; }
    public EchoService Service { get; }
    public ServiceProcess Process { get; }
    public int Port { get; }

    /// <summary>A started gateway. Settings override the defaults, null removes one, and <c>{port}</c> in a value is the gateway's port.</summary>
    public static async Task<GatewayUnderTest> StartAsync(TestIssuer? issuer = null, params IEnumerable<(string Key, string? Value)> settings)
    {
        var gateway = await CreateAsync(issuer, settings);
        await gateway.Process.StartAsync();
        if (issuer is null) await gateway.WaitForKeysAsync();
        return gateway;
    }

    /// <summary>A gateway that has not been started.</summary>
    public static async Task<GatewayUnderTest> CreateAsync(TestIssuer? issuer = null, params IEnumerable<(string Key, string? Value)> settings)
    {
        var owns = issuer is null;
        issuer ??= new TestIssuer();
        if (owns) await issuer.StartAsync();
        return new(issuer, owns, await EchoService.StartAsync(), Directory.CreateTempSubdirectory("avvik-gateway-").FullName, settings);
    }

    /// <summary>Waits until the gateway has read the issuer's keys.</summary>
    public Task WaitForKeysAsync() => Eventually.IsTrue(async () =>
    {
        using var answer = await SendAsync(Issuer.Token(), scheme: _scheme);
        return answer.StatusCode != global::System.Net.HttpStatusCode.ServiceUnavailable;
    }, TimeSpan.FromSeconds(30));

    public HttpClient Http(string? token = null, string scheme = "Bearer")
    {
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}/") };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, token);
        return http;
    }

    public async Task<HttpResponseMessage> SendAsync(string? token, string path = "api/v1/deviations", string scheme = "Bearer", string? proof = null,
        HttpMethod? method = null)
    {
        using var http = Http(token, scheme);
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (proof is not null) request.Headers.Add("DPoP", proof);
        return await http.SendAsync(request);
    }

    /// <summary>Sends a request with these claims and returns what arrived behind the gateway.</summary>
    public async Task<Arrival> ArrivalAsync(IReadOnlyDictionary<string, object>? claims = null, string path = "api/v1/deviations")
    {
        using var answer = await SendAsync(Issuer.Token(claims), path);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {answer.Headers.WwwAuthenticate}");
        return (await answer.Content.ReadFromJsonAsync<Arrival>())!;
    }

    /// <summary>Sends raw bytes, which a client library would normalise; returns everything received until the connection closed.</summary>
    public async Task<string> WireAsync(string text)
    {
        using var tcp = new TcpClient("127.0.0.1", Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        return await ReadToEndAsync(stream);
    }

    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var answer = new MemoryStream();
        try { await stream.CopyToAsync(answer, timeout.Token); }
        catch (IOException) { /* connection reset: the bytes before it are the answer */ }
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private static string KeyFile(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(folder, "key.pem");
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Service.DisposeAsync();
        if (_ownsIssuer) await Issuer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A gateway with bearer tokens that the tests of a class share.</summary>
public sealed class BearerGateway : IAsyncLifetime
{
    public GatewayUnderTest Gateway { get; private set; } = null!;

    public async Task InitializeAsync() => Gateway = await GatewayUnderTest.StartAsync();

    public async Task DisposeAsync() => await Gateway.DisposeAsync();
}
