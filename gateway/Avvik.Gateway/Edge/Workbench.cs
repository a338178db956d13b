using Avvik.Gateway.Tokens;
using Yarp.ReverseProxy.Model;

namespace Avvik.Gateway.Edge;

/// <summary>
/// Routes to the workbench, the web application at the same origin. It receives every path that is not the API's, without a bearer token: it has
/// its own cookie session. The routes exist only when <c>ReverseProxy:Clusters:workbench</c> is configured.
/// </summary>
internal static class Workbench
{
    public const string Name = "workbench";

    public static IReverseProxyBuilder AddWorkbench(this IReverseProxyBuilder proxy, IConfiguration configuration)
    {
        if (!configuration.GetSection($"ReverseProxy:Clusters:{Name}:Destinations").Exists()) return proxy;
        proxy.Services.AddOptions<TokenOptions>()
            .Validate(options => options.PublicUrl is not null,
                "Tokens:PublicUrl must be the URL that browsers call: the workbench builds its links and redirects from it.");
        return proxy.LoadFromConfig(configuration.GetSection("Workbench"));
    }

    /// <summary>True when the workbench produced the response: its pages have their own content security policy and cache rules.</summary>
    public static bool Served(HttpContext context) => context.Features.Get<IReverseProxyFeature>()?.Route.Config.ClusterId == Name;
}
