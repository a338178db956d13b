using System.Net;
using Avvik.Contracts.Routing;
using Avvik.Gateway.Tokens;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Avvik.Gateway.Edge;

/// <summary>Which request headers a destination receives. All others are dropped: forged identities, method overrides, proofs.</summary>
internal static class Forwarding
{
    // No traceparent: the gateway's own span replaces it (IdentifierChecks).
    private static readonly string[] ServiceHeaders =
    [
        "Accept", "Accept-Language", "Content-Length", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Exist",
        "If-None-Match", "Prefer",
    ];

    // What Razor Pages, antiforgery, static files and htmx read.
    private static readonly string[] WorkbenchHeaders =
    [
        "Accept", "Accept-Encoding", "Accept-Language", "Content-Length", "Content-Type", "Cookie", "If-Modified-Since", "If-None-Match", "If-Range",
        "Origin", "Range", "Referer", "RequestVerificationToken", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "User-Agent", "HX-Boosted",
        "HX-Current-URL", "HX-History-Restore-Request", "HX-Prompt", "HX-Request", "HX-Target", "HX-Trigger", "HX-Trigger-Name",
    ];

    public static void AddForwarding(this IReverseProxyBuilder proxy) => proxy.AddTransforms(context =>
    {
        context.UseDefaultForwarders = false;
        context.AddResponseHeaderRemove("Server", ResponseCondition.Always);
        if (context.Route.ClusterId == Workbench.Name) ForwardToWorkbench(context);
        else ForwardToService(context);
    });

    private static void ForwardToService(TransformBuilderContext context)
    {
        context.AddRequestHeadersAllowed(ServiceHeaders);
        var service = context.Route.ClusterId!;
        var asksRouting = context.Route.Metadata?.ContainsKey("AsksRouting") == true;
        context.AddRequestTransform(request =>
        {
            // The route's policy has refused a request without a caller; without this header the service refuses it as well.
            var caller = request.HttpContext.Features.Get<AuthenticatedCaller>();
            request.ProxyRequest.Headers.Authorization = caller?.InternalTokenFor(service);
            // The service asks Routing on the caller's behalf, and cannot make a token itself.
            if (asksRouting && caller is not null)
                request.ProxyRequest.Headers.Add(CaseHandling.AuthorizationHeader, caller.InternalTokenFor("routing").ToString());
            return ValueTask.CompletedTask;
        });
    }

    private static void ForwardToWorkbench(TransformBuilderContext context)
    {
        context.AddRequestHeadersAllowed(WorkbenchHeaders);
        // From configuration, never from the request: a forged Host header must not end up in a redirect URI or a link.
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
