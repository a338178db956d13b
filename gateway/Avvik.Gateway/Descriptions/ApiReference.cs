using System.Security.Cryptography;
using Scalar.AspNetCore;

namespace Avvik.Gateway.Descriptions;

/// <summary>The API's description as pages to read and to try, from the program itself: nothing is fetched from elsewhere.</summary>
internal static class ApiReference
{
    private const string Path = "/docs";

    /// <summary>True when the answer is one of these pages or their script, which set their own policies.</summary>
    public static bool Served(HttpContext context) => context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal);

    public static void MapApiReference(this WebApplication app) => app.MapScalarApiReference(Path, (options, context) =>
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        options.WithTitle("Avvik API").WithOpenApiRoutePattern("/openapi/v1.json").WithNonce(nonce)
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().HideClientButton();
        options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        // Its script writes styles of its own into the page.
        context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }).AllowAnonymous().DisableRateLimiting();
}
