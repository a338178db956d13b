using System.Collections.Concurrent;
using Avvik.Contracts.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Avvik.Testing;

/// <summary>
/// What Routing answers when Reporting asks who has a case, for tests of Reporting alone. Of a case that no test told it about it knows nothing, as of one
/// that is not routed yet; the two together are in the system's tests.
/// </summary>
public static class RoutingStandIn
{
    private static readonly ConcurrentDictionary<Guid, CaseHandling?> Told = new();
    private static readonly Lazy<Uri> Started = new(Start);

    public static Uri Address => Started.Value;

    /// <summary>Who has a case from now on; null: it fails when it is asked.</summary>
    public static void Tell(Guid id, CaseHandling? handling) => Told[id] = handling;

    private static Uri Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/internal/cases/{id:guid}/handling", (Guid id, HttpRequest request) =>
            !request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal) ? Results.Unauthorized()
            : !Told.TryGetValue(id, out var handling) ? Results.NotFound()
            : handling is null ? Results.StatusCode(StatusCodes.Status500InternalServerError) : Results.Json(handling));
        app.Start();
        return new(app.Urls.First());
    }
}
