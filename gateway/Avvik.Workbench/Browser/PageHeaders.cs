using Avvik.Workbench.Access;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Browser;

internal static class PageHeaders
{
    /// <summary>Only our own files run or load: no inline script or style, no other site. Pages are not cached.</summary>
    public static void UsePageHeaders(this WebApplication app)
    {
        // Signing in and out is a form of ours that is answered with a redirect to the issuer, which counts as its target.
        var issuer = new Uri(app.Services.GetRequiredService<IOptions<SignInOptions>>().Value.Issuer).GetLeftPart(UriPartial.Authority);
        var policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + $"form-action 'self' {issuer}; base-uri 'none'; frame-ancestors 'none'";
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            context.Response.OnStarting(() =>
            {
                if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
            return next(context);
        });
    }
}
