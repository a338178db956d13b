using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Avvik.Hosting.Callers;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>Section <c>Tokens</c>: whose access tokens are taken.</summary>
internal sealed class TokenOptions
{
    /// <summary>The issuer, whose keys are found by discovery.</summary>
    [Required, Url]
    public string Issuer { get; set; } = "";

    [Required]
    public string Audience { get; set; } = "";
}

internal static class CallerAuthentication
{
    // Never «none», and never a shared secret: anyone who can check such a token can make one.
    private static readonly string[] AsymmetricAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static void AddCallerAuthentication(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TokenOptions>().BindConfiguration("Tokens").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CachingTokenHandler>();
        builder.Services.AddSingleton<TokenExchange>();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<CachingTokenHandler, IOptions<TokenOptions>>((jwt, handler, tokens) =>
        {
            jwt.Authority = tokens.Value.Issuer;
            jwt.RequireHttpsMetadata = !builder.Environment.IsDevelopment();
            jwt.MapInboundClaims = false;
            handler.MapInboundClaims = false;
            jwt.TokenHandlers.Clear();
            jwt.TokenHandlers.Add(handler);
            jwt.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = tokens.Value.Issuer,
                ValidAudience = tokens.Value.Audience,
                ValidAlgorithms = AsymmetricAlgorithms,
                RequireSignedTokens = true,
                RequireExpirationTime = true,
                ClockSkew = TimeSpan.FromSeconds(10),
                NameClaimType = "sub",
                RoleClaimType = "role",
            };
            jwt.Events = new JwtBearerEvents
            {
                OnTokenValidated = context =>
                {
                    if (!IsOrganization(context.Principal!)) context.Fail("The token names no organisation.");
                    return Task.CompletedTask;
                },
            };
        });
    }

    private static bool IsOrganization(ClaimsPrincipal caller) => caller.FindFirstValue("organization") is { Length: 9 } number && number.All(char.IsAsciiDigit);
}
