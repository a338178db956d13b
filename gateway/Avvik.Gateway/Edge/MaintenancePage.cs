using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Avvik.Contracts;
using Avvik.Hosting.Problems;

namespace Avvik.Gateway.Edge;

/// <summary>
/// What a browser gets while the workbench does not answer: a page that says so and lets one try again; it does not reload by itself (WCAG 2.2.1).
/// Everybody else gets the problem document.
/// </summary>
internal static class MaintenancePage
{
    private const int RetrySeconds = 15;

    // The workbench's colours; its own files cannot be had now.
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1f2f38; --quiet: #4d5b63; --paper: #fff; --accent: #0b5c7d; --on-accent: #fff; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e3e8eb; --quiet: #a9b5bb; --paper: #141a1d; --accent: #7cc4e4; --on-accent: #0d1a20; } }
        body { margin: 0; font: 1rem/1.5 Inter, "Helvetica Neue", Arial, sans-serif; color: var(--ink); background: var(--paper); }
        main { max-width: 44rem; margin: 0 auto; padding: 12vh 1.25rem 3rem; }
        h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 0.75rem; }
        p { margin: 0 0 1rem; }
        .quiet { color: var(--quiet); }
        a { display: inline-block; padding: 0.5rem 1rem; border-radius: 4px; background: var(--accent); color: var(--on-accent); }
        a { font-weight: 600; text-decoration: none; }
        a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
        """;

    private static readonly string Policy = $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void UseMaintenancePage(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (!context.Response.HasStarted && context.GetForwarderErrorFeature() is not null && Workbench.Served(context) && IsNavigation(context.Request))
            await WriteAsync(context);
    });

    private static bool IsNavigation(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase));

    private static Task WriteAsync(HttpContext context)
    {
        var english = Problem.PrefersEnglish(context.Request);
        var response = context.Response;
        response.Clear();
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.ContentLanguage = english ? "en" : "nb";
        response.Headers.RetryAfter = RetrySeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // What was posted is not posted again by itself: the form is behind the browser's back button.
        var isPage = HttpMethods.IsGet(context.Request.Method);
        return response.WriteAsync($"""
            <!doctype html>
            <html lang="{(english ? "en" : "nb")}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Words("maintenanceTitle")} – Avvik</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <h1>{Words("maintenanceTitle")}</h1>
            <p>{Words("maintenanceText")}</p>
            {(isPage ? "" : $"<p class=\"quiet\">{Words("maintenanceGoBack")}</p>")}
            <p><a href="{(isPage ? "" : "/")}">{Words("tryAgain")}</a></p>
            </main>
            </body>
            </html>
            """, context.RequestAborted);

        string Words(string code) => HtmlEncoder.Default.Encode(Texts.Page(code, english));
    }
}
