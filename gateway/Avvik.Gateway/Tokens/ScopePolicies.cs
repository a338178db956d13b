using Avvik.Contracts;
using Microsoft.AspNetCore.Authorization;

namespace Avvik.Gateway.Tokens;

internal static class ScopePolicies
{
    /// <summary>A policy of each scope's last word (<c>report</c>, <c>case</c> …) for the routes; without one, any scope of ours will do.</summary>
    public static void AddScopePolicies(this IServiceCollection services)
    {
        var policies = services.AddAuthorizationBuilder().SetDefaultPolicy(Requires([.. Scopes.All]));
        foreach (var scope in Scopes.All) policies.AddPolicy(scope[(scope.IndexOf('/', StringComparison.Ordinal) + 1)..], Requires(scope));
        // Who has the role, the service says: it may be assigned there.
        policies.AddPolicy("operate", Requires(Scopes.Admin));
    }

    private static AuthorizationPolicy Requires(params string[] anyOf) => new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim("scope", anyOf).Build();
}
