using Avvik.Contracts;
using Microsoft.AspNetCore.Authorization;

namespace Avvik.Gateway.Tokens;

/// <summary>What a client may do at all, whoever uses it. What the person may do is the roles' matter, and the services'.</summary>
internal static class Scopes
{
    public const string Report = "nhn:avvik/report", Case = "nhn:avvik/case", Coordinate = "nhn:avvik/coordinate", Statistics = "nhn:avvik/statistics", Admin = "nhn:avvik/admin";

    public static readonly string[] All = [Report, Case, Coordinate, Statistics, Admin];

    /// <summary>
    /// A role with power over others counts only in a client that was given that power: a coordinator who uses the health record to report
    /// is a reporter there, and the record's software gains nothing by it.
    /// </summary>
    public static bool Allows(IReadOnlySet<string> scopes, string role) => role switch
    {
        Roles.Coordinator => scopes.Contains(Coordinate),
        Roles.Admin or Roles.Auditor => scopes.Contains(Admin),
        _ => true,
    };

    /// <summary>A policy of each scope's last word (<c>report</c>, <c>case</c> …) for the routes; without one, any scope of ours will do.</summary>
    public static void AddScopePolicies(this IServiceCollection services)
    {
        var policies = services.AddAuthorizationBuilder().SetDefaultPolicy(Requires(All));
        foreach (var scope in All) policies.AddPolicy(scope[(scope.IndexOf('/', StringComparison.Ordinal) + 1)..], Requires(scope));
        policies.AddPolicy("operate", new AuthorizationPolicyBuilder(Requires(Admin)).RequireRole(Roles.Admin).Build());
    }

    private static AuthorizationPolicy Requires(params string[] anyOf) => new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim("scope", anyOf).Build();
}
