namespace Avvik.Gateway.Edge;

internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var secure = !app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                var (headers, secure) = ((IHeaderDictionary, bool))state;
                headers.XContentTypeOptions = "nosniff";
                headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
                headers["Referrer-Policy"] = "no-referrer";
                headers.CacheControl = "no-store";
                if (secure) headers.StrictTransportSecurity = "max-age=31536000";
                return Task.CompletedTask;
            }, (context.Response.Headers, secure));
            return next(context);
        });
    }
}
