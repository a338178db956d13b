using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>A gateway that takes DPoP tokens, beside the one that takes bearer tokens and before the same services.</summary>
internal sealed class DpopGateway : IAsyncDisposable
{
    private readonly ServiceProcess _gateway;

    private DpopGateway(ServiceProcess gateway, string issuer, string url) => (_gateway, Issuer, Url) = (gateway, issuer, url);

    public string Issuer { get; }

    public string Url { get; }

    /// <param name="system">Whose services and issuer.</param>
    /// <param name="publicUrl">What clients call, where something stands before it; null: itself.</param>
    public static async Task<DpopGateway> StartAsync(RunningSystem system, string? publicUrl = null)
    {
        var (issuer, url) = ($"http://127.0.0.1:{await system.PortOfAsync("identity")}", $"http://localhost:{ServiceProcess.FreePort()}");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = url,
            ["Tokens:Issuer"] = issuer,
            ["Tokens:Audience"] = "avvik",
            ["Tokens:Scheme"] = "DPoP",
            ["Tokens:PublicUrl"] = publicUrl ?? url,
            ["Tokens:Claims:Role"] = "role",
            ["Tokens:Claims:Unit"] = "unit",
            ["Database:Provider"] = "Sqlite",
            ["ConnectionStrings:Database"] = $"Data Source={Path.Combine(system.Data, "db", "gateway.db")}",
            ["InternalToken:PrivateKeyFile"] = Path.Combine(system.Data, "secrets", "internal-token-private.pem"),
        };
        foreach (var service in RunningSystem.Services)
            environment[$"ReverseProxy:Clusters:{service}:Destinations:primary:Address"] = $"http://127.0.0.1:{await system.PortOfAsync(service)}/";
        var gateway = new ServiceProcess("Avvik.Gateway", environment);
        await gateway.StartAsync();
        return new(gateway, issuer, url);
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();
}
