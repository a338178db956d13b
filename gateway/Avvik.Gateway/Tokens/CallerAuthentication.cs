using Avvik.Gateway.Tokens.Proofs;
using Microsoft.AspNetCore.Authentication;

namespace Avvik.Gateway.Tokens;

internal static class CallerAuthentication
{
    public static void AddCallerAuthentication(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TokenOptions>().BindConfiguration("Tokens").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<TokenExchange>();
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddSingleton<IssuerKeys>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IssuerKeys>());
        builder.Services.AddScopePolicies();
        builder.Services.AddAuthentication("caller").AddScheme<AuthenticationSchemeOptions, CallerAuthenticationHandler>("caller", null);
        if (builder.Configuration.GetValue<TokenScheme?>("Tokens:Scheme") != TokenScheme.DPoP) return;
        builder.Services.AddOptions<UsedProofsOptions>().BindConfiguration("Database")
            .Configure<IConfiguration>((o, c) => o.ConnectionString = c.GetConnectionString("Database") ?? "")
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<UsedProofs>();
    }
}
