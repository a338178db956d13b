using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Claims;
using Avvik.Hosting.Callers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Yarp.ReverseProxy.Transforms;

namespace Avvik.Gateway.Tokens;

/// <summary>Hands on, in place of the caller's token, a short-lived one of the gateway's own that says the same: the only kind the services take.</summary>
internal sealed class TokenExchange(IConfiguration configuration, TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60), LeastLeft = TimeSpan.FromSeconds(20);
    private const int MaxEntries = 10_000;
    private static readonly string[] SingleClaims = ["sub", "client_id", "organization", "unit"];

    private readonly SigningCredentials _signing = new(InternalToken.ReadKey("InternalToken:PrivateKeyFile", configuration["InternalToken:PrivateKeyFile"]), SecurityAlgorithms.EcdsaSha256);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ConcurrentDictionary<string, (AuthenticationHeaderValue Header, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    public AuthenticationHeaderValue For(HttpContext context)
    {
        var now = clock.GetUtcNow();
        // The whole header: equal headers are equal callers, and an expired one never gets here.
        var key = context.Request.Headers.Authorization.ToString();
        if (_known.TryGetValue(key, out var known) && now < known.Until) return known.Header;
        if (_known.Count >= MaxEntries) _known.Clear();
        var header = new AuthenticationHeaderValue("Bearer", Sign(context.User, now));
        _known[key] = (header, now + Life - LeastLeft);
        return header;
    }

    private string Sign(ClaimsPrincipal caller, DateTimeOffset now)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["role"] = caller.FindAll("role").Select(c => c.Value).ToArray() };
        foreach (var name in SingleClaims)
            if (caller.FindFirstValue(name) is { } value) claims[name] = value;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = InternalToken.Issuer,
            Audience = InternalToken.Audience,
            NotBefore = now.UtcDateTime,
            Expires = (now + Life).UtcDateTime,
            Claims = claims,
            SigningCredentials = _signing,
        });
    }
}

internal static class TokenExchangeExtensions
{
    public static void AddTokenExchange(this IReverseProxyBuilder proxy) => proxy.AddTransforms(context =>
    {
        var exchange = context.Services.GetRequiredService<TokenExchange>();
        context.AddRequestTransform(request =>
        {
            request.ProxyRequest.Headers.Authorization = exchange.For(request.HttpContext);
            return ValueTask.CompletedTask;
        });
    });
}
