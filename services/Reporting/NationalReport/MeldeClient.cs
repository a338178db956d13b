using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client.Tokens;
using Refit;

namespace Avvik.Reporting.NationalReport;

/// <summary>Section <c>Melde</c>: the connection to melde.no. Without an address nothing is sent.</summary>
internal sealed class MeldeOptions
{
    /// <summary>Of its API: <c>https://api.melde.nhn.no/</c>; test: <c>https://api.melde.test.nhn.no/</c>.</summary>
    public Uri? Address { get; set; }
    /// <summary>HelseID.</summary>
    public Uri? Issuer { get; set; }
    /// <summary>The installation's client at HelseID.</summary>
    public string? ClientId { get; set; }
    /// <summary>Its private key, a JSON Web Key or PEM.</summary>
    public string? PrivateKeyFile { get; set; }
}

/// <summary>melde.no, version 2 of its API.</summary>
internal interface IMeldeClient
{
    /// <summary>The same checks as when it is sent; nothing is stored.</summary>
    [Post("/api/v2/report/validate-adverse-incident")]
    Task<ApiResponse<JsonObject>> ValidateAsync([Body] JsonObject report, CancellationToken ct);

    /// <summary>Sends it.</summary>
    [Post("/api/v2/report/adverse-incident")]
    Task<ApiResponse<JsonObject>> SendAsync([Body] JsonObject report, CancellationToken ct);
}

internal static class MeldeClient
{
    private const string Scope = "nhn:melde/report/send";

    public static void AddMeldeClient(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MeldeOptions>().BindConfiguration("Melde")
            .Validate(o => o.Address is null || o is { Address.IsAbsoluteUri: true, Issuer.IsAbsoluteUri: true, ClientId: not null, PrivateKeyFile: not null },
                "Melde:Address needs Melde:Issuer, Melde:ClientId and Melde:PrivateKeyFile too: melde.no takes reports from clients of HelseID only.")
            .ValidateOnStart();
        if (builder.Configuration.GetSection("Melde").Get<MeldeOptions>() is not { Address: { } address } options) return;
        builder.Services.AddSingleton(s => new AccessTokens(new()
        {
            Issuer = options.Issuer!,
            ClientId = options.ClientId!,
            PrivateKey = File.ReadAllText(options.PrivateKeyFile!),
            Scope = Scope,
        }, s.GetRequiredService<IHttpClientFactory>(), s.GetRequiredService<TimeProvider>()));
        // Somebody waits. A report is not sent again by itself: melde.no does not say that it takes the same one twice for one.
        builder.Services.AddRefitGeneratedClient<IMeldeClient>(new RefitSettings(new SystemTextJsonContentSerializer(JsonSerializerOptions.Default)))
            .ConfigureHttpClient(http => (http.BaseAddress, http.Timeout) = (address, TimeSpan.FromSeconds(20)))
            .AddHttpMessageHandler(s => new AccessTokenHandler(s.GetRequiredService<AccessTokens>()));
    }
}
