using Avvik.Gateway.Tokens;
using Yarp.ReverseProxy.Model;

namespace Avvik.Gateway.Edge;

/// <summary>
/// The browser's workbench at the same origin. It receives every path that is not the gateway's own, without a bearer token: it has its own
/// cookie session. The route exists only where <c>ReverseProxy:Clusters:workbench</c> says where the workbench is.
/// </summary>
internal static class Workbench
{
    public const string Name = "workbench";

    public static IReverseProxyBuilder AddWorkbench(this IReverseProxyBuilder proxy, IConfiguration configuration)
    {
        if (!configuration.GetSection($"ReverseProxy:Clusters:{Name}:Destinations").Exists()) return proxy;
        proxy.Services.AddOptions<TokenOptions>()
            .Validate(options => options.PublicUrl is not null, "Tokens:PublicUrl must be the URL that browsers call: the workbench builds its links and redirects from it.");
        return proxy.LoadFromConfig(configuration.GetSection("Workbench"));
    }

    /// <summary>True when the response is the workbench's: pages with their own content security policy and cache rules.</summary>
    public static bool Answers(HttpContext context) => context.Features.Get<IReverseProxyFeature>()?.Route.Config.ClusterId == Name;
}
