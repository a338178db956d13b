using System.Net.Http.Headers;
using System.Text.Json;
using Avvik.Client.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Refit;

namespace Avvik.Client;

/// <summary>Makes clients.</summary>
public static class AvvikClient
{
    private static readonly RefitSettings Settings = CreateSettings();

    /// <summary>
    /// Registers <see cref="IAvvikClient"/>, with retries, a time limit for each try and a circuit breaker (<see cref="AvvikResilience"/>). Add a handler to
    /// what is returned that sets the caller's token: it runs for each try, as a DPoP proof must.
    /// </summary>
    /// <param name="services">Where.</param>
    /// <param name="gateway">The gateway's address.</param>
    /// <param name="resilience">How long and how often to try.</param>
    public static IHttpClientBuilder AddAvvikClient(this IServiceCollection services, Uri gateway, AvvikResilience? resilience = null)
    {
        var client = services.AddRefitGeneratedClient<IAvvikClient>(Settings).ConfigureHttpClient(http => Configure(http, gateway));
        client.AddResilienceHandler("avvik", pipeline => (resilience ?? new()).AddTo(pipeline));
        return client;
    }

    /// <summary>The same for software that acts on its own: it gets its tokens by <paramref name="credentials"/>, and renews them.</summary>
    /// <param name="services">Where.</param>
    /// <param name="gateway">The gateway's address.</param>
    /// <param name="credentials">Who the software is at the issuer.</param>
    /// <param name="resilience">How long and how often to try.</param>
    /// <exception cref="ArgumentException">The private key cannot be read: thrown when the client is first resolved.</exception>
    public static IHttpClientBuilder AddAvvikClient(
        this IServiceCollection services, Uri gateway, AvvikCredentials credentials, AvvikResilience? resilience = null)
    {
        services.AddHttpClient(nameof(AccessTokens));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(s => new AccessTokens(credentials, s.GetRequiredService<IHttpClientFactory>(), s.GetRequiredService<TimeProvider>()));
        return services.AddAvvikClient(gateway, resilience).AddHttpMessageHandler(s => new AccessTokenHandler(s.GetRequiredService<AccessTokens>()));
    }

    /// <summary>A client for a program without dependency injection: the same resilience, and one token.</summary>
    /// <param name="gateway">The gateway's address.</param>
    /// <param name="accessToken">Sent as a bearer token.</param>
    /// <param name="resilience">How long and how often to try.</param>
    public static IAvvikClient Connect(Uri gateway, string accessToken, AvvikResilience? resilience = null)
    {
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>();
        (resilience ?? new()).AddTo(pipeline);
        var http = new HttpClient(new ResilienceHandler(pipeline.Build()) { InnerHandler = new SocketsHttpHandler() });
        Configure(http, gateway);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return For(http);
    }

    /// <summary>A client on an <see cref="HttpClient"/> as it is: its handlers decide what is tried again.</summary>
    public static IAvvikClient For(HttpClient http) => RestService.ForGenerated<IAvvikClient>(http, Settings);

    private static void Configure(HttpClient http, Uri gateway)
    {
        http.BaseAddress = gateway;
        // The pipeline limits each try, and the caller's CancellationToken all of them.
        http.Timeout = Timeout.InfiniteTimeSpan;
    }

    private static RefitSettings CreateSettings()
    {
        var settings = RefitSettings.ForJsonContext(ClientJson.Default);
        settings.Url.UrlParameterKeyFormatter = new CamelCaseUrlParameterKeyFormatter();
        settings.Url.UrlParameterFormatterMap[typeof(bool)] = new LowerCaseBoolean();
        settings.Exceptions.ExceptionFactory = ReadProblemAsync;
        settings.Exceptions.TransportExceptionFactory = (_, error, _) =>
            error is OperationCanceledException or AvvikTokenException ? error : new AvvikUnavailableException(error);
        return settings;
    }

    private static async ValueTask<Exception?> ReadProblemAsync(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return null;
        JsonElement problem = default;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
                problem = document.RootElement.Clone();
            }
            catch (JsonException) { /* cut off: the status says what there is to say */ }
        }
        return new AvvikProblemException(response.StatusCode, problem, response.Headers.RetryAfter?.Delta);
    }

    // Refit writes «True».
    private sealed class LowerCaseBoolean : IUrlParameterFormatter
    {
        public string? Format(object? parameterValue, System.Reflection.ICustomAttributeProvider attributeProvider, Type type) =>
            parameterValue is true ? "true" : "false";
    }
}
