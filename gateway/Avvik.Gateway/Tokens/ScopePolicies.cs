using Avvik.Contracts;
using Microsoft.AspNetCore.Authorization;

namespace Avvik.Gateway.Tokens;

internal static class ScopePolicies
{
    /// <summary>
    /// One policy for each scope, named by the part after the slash (<c>report</c>, <c>case</c> …), for the routes. The default policy accepts any of
    /// our scopes.
    /// </summary>
    public static void AddScopePolicies(this IServiceCollection services)
    {
        var policies = services.AddAuthorizationBuilder().SetDefaultPolicy(Requires([.. Scopes.All]));
        foreach (var scope in Scopes.All) policies.AddPolicy(scope[(scope.IndexOf('/', StringComparison.Ordinal) + 1)..], Requires(scope));
        // The service checks the role: it may be assigned there instead of being in the token.
        policies.AddPolicy("operate", Requires(Scopes.Admin));
    }

    private static AuthorizationPolicy Requires(params string[] anyOf) =>
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim("scope", anyOf).Build();
}
