using Avvik.Gateway.Tokens;
using Yarp.ReverseProxy.Transforms;

namespace Avvik.Gateway.Edge;

internal static class Forwarding
{
    // All that a service reads. The rest stays here: another's word for who calls or what was asked for (X-Forwarded-*, X-Original-URL,
    // X-HTTP-Method-Override …), cookies, proofs, and whatever is thought of next.
    private static readonly string[] Headers =
    [
        "Accept", "Accept-Language", "Content-Encoding", "Content-Length", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Exist", "If-None-Match", "Prefer",
        "traceparent", "tracestate",
    ];

    public static void AddForwarding(this IReverseProxyBuilder proxy) => proxy.AddTransforms(context =>
    {
        context.UseDefaultForwarders = false;
        context.AddRequestHeadersAllowed(Headers);
        context.AddResponseHeaderRemove("Server", ResponseCondition.Always);
        context.AddRequestTransform(request =>
        {
            // Without a caller the route would have been refused; without this header a service refuses.
            request.ProxyRequest.Headers.Authorization = request.HttpContext.Features.Get<KnownCaller>()?.Word;
            return ValueTask.CompletedTask;
        });
    });
}
