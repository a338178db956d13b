using System.ComponentModel.DataAnnotations;
using System.Net.Http.Headers;
using Avvik.Client;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Gateway;

/// <summary>Section <c>Gateway</c>.</summary>
internal sealed class GatewayOptions
{
    /// <summary>The gateway's URL, as the workbench reaches it.</summary>
    [Required(ErrorMessage = "Gateway:Url must be the gateway's URL.")]
    public string Url { get; set; } = "";
}

internal static class GatewayClient
{
    /// <summary>One way to the data: the gateway's API, with the token of whoever is signed in.</summary>
    public static void AddGatewayClient(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHttpClient("gateway").ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        builder.Services.AddScoped<UserToken>();
        builder.Services.AddScoped(services => new AvvikClient(Http(services)));
        builder.Services.AddScoped<Places>();
        builder.Services.AddSingleton<PlacesCache>();
    }

    private static HttpClient Http(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var primary = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("gateway");
        var token = services.GetRequiredService<UserToken>();
        token.InnerHandler = primary;
        var http = new HttpClient(token, disposeHandler: false) { BaseAddress = new Uri(options.Url.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue(services.GetRequiredService<Choices>().Language));
        return http;
    }
}

/// <summary>Sends the user's own token, and where tokens are bound to our key, the proof.</summary>
internal sealed class UserToken(IHttpContextAccessor http, ClientKey key, IOptions<SignInOptions> options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await http.HttpContext!.GetTokenAsync("access_token");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(options.Value.UseDpop ? "DPoP" : "Bearer", token);
            if (options.Value.UseDpop)
            {
                // A proof is about the public address, wherever the gateway is reached.
                var target = new Uri(new Uri(options.Value.PublicUrl), request.RequestUri!.AbsolutePath);
                request.Headers.Remove("DPoP");
                request.Headers.Add("DPoP", key.Proof(request.Method, target, nonce: null, token));
            }
        }
        return await base.SendAsync(request, cancellationToken);
    }
}
