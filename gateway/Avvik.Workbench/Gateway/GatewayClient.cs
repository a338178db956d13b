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
    // Somebody is waiting in front of a page: better a page that says «try again» than a long wait.
    private static readonly AvvikResilience Patience = new() { Retries = 2, LongestDelay = TimeSpan.FromSeconds(1), TimeoutPerTry = TimeSpan.FromSeconds(15) };

    /// <summary>One way to the data: the gateway's API, with the token of whoever is signed in.</summary>
    public static void AddGatewayClient(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddTransient<UserToken>();
        var url = builder.Configuration["Gateway:Url"];
        builder.Services.AddAvvikClient(new Uri(string.IsNullOrEmpty(url) ? "http://gateway/" : url), Patience).AddHttpMessageHandler<UserToken>();
        builder.Services.AddScoped<Places>();
        builder.Services.AddSingleton<PlacesCache>();
    }
}

/// <summary>Sends the user's own token and language, and where tokens are bound to our key, the proof.</summary>
internal sealed class UserToken(IHttpContextAccessor http, ClientKey key, IOptions<SignInOptions> options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = http.HttpContext!;
        request.Headers.AcceptLanguage.Clear();
        request.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue(context.RequestServices.GetRequiredService<Choices>().Language));
        if (await context.GetTokenAsync("access_token") is { } token)
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
