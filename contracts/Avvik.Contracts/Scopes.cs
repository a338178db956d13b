namespace Avvik.Contracts;

/// <summary>
/// What a client may do at all, whoever uses it, as the issuer of tokens knows it (RFC 6749, 3.3). What the person may do is the roles' matter.
/// </summary>
public static class Scopes
{
#pragma warning disable CS1591 // the paths they open are in the gateway's README
    public const string Report = "nhn:avvik/report", Case = "nhn:avvik/case", Coordinate = "nhn:avvik/coordinate", Statistics = "nhn:avvik/statistics",
        Admin = "nhn:avvik/admin";
#pragma warning restore CS1591

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Report, Case, Coordinate, Statistics, Admin];

    /// <summary>
    /// Whether a role counts in a client with these scopes. One with power over others does only where the client was given that power: a
    /// coordinator who uses the health record to report is a reporter there, and the record's software gains nothing by it.
    /// </summary>
    public static bool Allow(IReadOnlySet<string> scopes, string role) => role switch
    {
        Roles.Coordinator => scopes.Contains(Coordinate),
        Roles.Admin or Roles.Auditor => scopes.Contains(Admin),
        _ => true,
    };
}
