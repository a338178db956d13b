using Avvik.Gateway.Descriptions;
using Microsoft.Extensions.Primitives;

namespace Avvik.Gateway.Edge;

/// <summary>Response headers against sniffing, framing and caching. The workbench and the API's reference pages may set
/// their own policies; a service may not.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var secure = !app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                var (context, secure) = ((HttpContext, bool))state;
                var headers = context.Response.Headers;
                var keepExisting = Workbench.Served(context) || ApiReference.Served(context);
                headers.XContentTypeOptions = "nosniff";
                Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
                Set("Referrer-Policy", "no-referrer");
                Set("Cache-Control", "no-store");
                if (secure) headers.StrictTransportSecurity = "max-age=31536000";
                return Task.CompletedTask;

                void Set(string name, string value)
                {
                    if (!keepExisting || StringValues.IsNullOrEmpty(headers[name])) headers[name] = value;
                }
            }, (context, secure));
            return next(context);
        });
    }
}
