using System.Net.Http.Headers;
using Avvik.Client;
using Avvik.Contracts.Routing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Testing;

/// <summary>
/// One service as it runs, with its real database and no broker: the bus keeps trying a closed port, which must not stop anything that a
/// caller asks for. What it would have sent is in its outbox.
/// </summary>
public sealed class ServiceUnderTest<TProgram>(TestDatabase database, MovableClock? clock = null, params (string Name, string Value)[] settings)
    : WebApplicationFactory<TProgram> where TProgram : class
{
    private static readonly string Service = typeof(TProgram).Assembly.GetName().Name!["Avvik.".Length..].ToLowerInvariant();
    private readonly GatewayKey _gateway = new(Service);

    public TestDatabase Database => database;

    /// <summary>Calls as somebody, by the gateway's word.</summary>
    public HttpClient As(string organization, string role, string? unit = null, string clientId = "test-client", string subject = "test-person")
    {
        var http = CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _gateway.Token(organization, [role], unit, subject, clientId));
        http.DefaultRequestHeaders.Add(CaseHandling.AuthorizationHeader, http.DefaultRequestHeaders.Authorization.ToString());
        return http;
    }

    /// <summary>The gateway's word for somebody in a client with some scopes only.</summary>
    public string TokenOf(string organization, string[] roles, string subject, string[] scopes) =>
        _gateway.Token(organization, roles, subject: subject, scopes: scopes);

    public IAvvikClient ClientAs(string organization, string role, string? unit = null, string subject = "test-person") =>
        AvvikClient.For(As(organization, role, unit, subject: subject));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (name, value) in database.Settings.Concat(EventKeys.SettingsOf(Service))) builder.UseSetting(name, value);
        builder.UseSetting("RabbitMq:Uri", "amqp://nobody:nothing@127.0.0.1:1/");
        builder.UseSetting("InternalToken:PublicKeyFile", _gateway.PublicKeyFile);
        if (Service == "reporting") builder.UseSetting("Routing:Address", RoutingStandIn.Address.AbsoluteUri);
        foreach (var ring in new[] { "TextProtection", "EnvelopeProtection", "NoteProtection" })
        {
            builder.UseSetting($"{ring}:ActiveKey", "k1");
            builder.UseSetting($"{ring}:Keys:k1", TestKeys.Of(ring));
        }
        // Last: a test may have other keys than these.
        foreach (var (name, value) in settings) builder.UseSetting(name, value);
        builder.ConfigureServices(services =>
        {
            if (clock is not null) services.AddSingleton<TimeProvider>(clock);
            // The tests' deviations have fixed dates, whose deadlines have passed by the machine's clock. Tests of deadlines bring a clock.
            else foreach (var watch in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "DeadlineWatch").ToList())
                services.Remove(watch);
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _gateway.Dispose();
    }
}

/// <summary>Keys for tests: known, so that a test can seal and open what a service does.</summary>
public static class TestKeys
{
    public static string Of(string ring) => Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ring)));
}
