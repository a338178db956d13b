namespace Avvik.Contracts.Routing;

/// <summary>Who has a case now, as Routing tells Reporting before a patient's envelope is opened. It is no event, and stays between the two.</summary>
/// <param name="Respondent">Organisation number of the party that is to answer now; it may have been handed over.</param>
/// <param name="State">Of <c>caseStates</c>.</param>
/// <param name="Unit">Code of the unit that has it; null while none does.</param>
public sealed record CaseHandling(string Respondent, string State, string? Unit)
{
    /// <summary>The header in which the gateway gives Reporting the caller's internal token for Routing.</summary>
    public const string AuthorizationHeader = "Avvik-Routing-Authorization";
}
