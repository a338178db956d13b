using System.Net;
using Avvik.Gateway.Tokens;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Avvik.Gateway.Edge;

/// <summary>Which headers a destination receives. Everything else a client sends stays at the gateway: forged identities, method overrides, proofs.</summary>
internal static class Forwarding
{
    // The trace context is not among them: the gateway's own span takes its place (RequestIdentifiers).
    private static readonly string[] ServiceHeaders =
    [
        "Accept", "Accept-Language", "Content-Length", "Content-Type", "Idempotency-Key", "If-Match",
    ];

    // What Razor Pages, antiforgery, static files and htmx read.
    private static readonly string[] WorkbenchHeaders =
    [
        "Accept", "Accept-Encoding", "Accept-Language", "Content-Length", "Content-Type", "Cookie", "If-Modified-Since", "If-None-Match", "If-Range", "Origin", "Range",
        "Referer", "RequestVerificationToken", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "User-Agent", "HX-Boosted", "HX-Current-URL",
        "HX-History-Restore-Request", "HX-Prompt", "HX-Request", "HX-Target", "HX-Trigger", "HX-Trigger-Name",
    ];

    public static void AddForwarding(this IReverseProxyBuilder proxy) => proxy.AddTransforms(context =>
    {
        context.UseDefaultForwarders = false;
        context.AddResponseHeaderRemove("Server", ResponseCondition.Always);
        if (context.Route.ClusterId == Workbench.Name) ToWorkbench(context);
        else ToService(context);
    });

    private static void ToService(TransformBuilderContext context)
    {
        context.AddRequestHeadersAllowed(ServiceHeaders);
        var service = context.Route.ClusterId!;
        context.AddRequestTransform(request =>
        {
            // A request without a caller was refused by the route's policy; without this header a service refuses it again.
            request.ProxyRequest.Headers.Authorization = request.HttpContext.Features.Get<KnownCaller>()?.InternalTokenFor(service);
            return ValueTask.CompletedTask;
        });
    }

    private static void ToWorkbench(TransformBuilderContext context)
    {
        context.AddRequestHeadersAllowed(WorkbenchHeaders);
        // From configuration and never from the request: a forged Host must not end up in a redirect URI or a link.
        var publicUrl = new Uri(context.Services.GetRequiredService<IOptions<TokenOptions>>().Value.PublicUrl!);
        context.AddRequestTransform(request =>
        {
            var headers = request.ProxyRequest.Headers;
            headers.Add("X-Forwarded-Proto", publicUrl.Scheme);
            headers.Add("X-Forwarded-Host", publicUrl.Authority);
            if (request.HttpContext.Connection.RemoteIpAddress is { } address) headers.Add("X-Forwarded-For", AddressOf(address));
            return ValueTask.CompletedTask;
        });
    }

    private static string AddressOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
