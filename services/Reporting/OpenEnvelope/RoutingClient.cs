using System.Text.Json;
using Avvik.Contracts.Routing;
using Microsoft.Extensions.Options;
using Refit;

namespace Avvik.Reporting.OpenEnvelope;

/// <summary>Routing, asked who has a case now: what arrives by event may be seconds old, and a unit that gave a case away may not open its envelope.</summary>
internal interface IRoutingClient
{
    /// <summary>404 when Routing has no such case.</summary>
    /// <param name="id">The deviation's id.</param>
    /// <param name="authorization">The caller's internal token for Routing, from the gateway.</param>
    /// <param name="ct">Cancels.</param>
    [Get("/internal/cases/{id}/handling")]
    Task<ApiResponse<CaseHandling>> GetHandlingAsync(Guid id, [Header("Authorization")] string authorization, CancellationToken ct);
}

internal static class RoutingClient
{
    public static void AddRoutingClient(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RoutingOptions>().BindConfiguration("Routing")
            .Validate(o => o.Address is { IsAbsoluteUri: true }, "Routing:Address must be Routing's absolute address: it is asked who has a case.")
            .ValidateOnStart();
        // Somebody waits for the envelope: a few tries within some seconds, then they are asked to come back.
        builder.Services.AddRefitGeneratedClient<IRoutingClient>(new RefitSettings(new SystemTextJsonContentSerializer(JsonSerializerOptions.Web)))
            .ConfigureHttpClient((services, http) => http.BaseAddress = services.GetRequiredService<IOptions<RoutingOptions>>().Value.Address)
            .AddStandardResilienceHandler(o =>
            {
                o.AttemptTimeout.Timeout = TimeSpan.FromSeconds(2);
                o.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(6);
                (o.Retry.MaxRetryAttempts, o.Retry.Delay) = (2, TimeSpan.FromMilliseconds(200));
            });
    }
}
