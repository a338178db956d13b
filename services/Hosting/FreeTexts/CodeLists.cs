using Avvik.Contracts;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.FreeTexts;

/// <summary>Validation of codes that several endpoints take.</summary>
public static class CodeLists
{
    /// <summary>More affected patients than this is a slip of the finger: it is more than any of the trusts has.</summary>
    public const int MaxPatientsAffected = 1_000_000;

    /// <summary>Each group must be a known code and occur once; <c>none</c> and <c>unknown</c> exclude all others.</summary>
    public static void CheckPatientGroups(IReadOnlyList<string>? groups, FieldErrors errors)
    {
        if (groups is null) return;
        if (groups.Count > Vocabulary.PatientGroups.Count)
        {
            errors.Add("/patientGroups", FieldCodes.TooMany, Vocabulary.PatientGroups.Count);
            return;
        }
        foreach (var (index, group) in groups.Index())
        {
            if (!Vocabulary.PatientGroups.ContainsKey(group)) errors.Add($"/patientGroups/{index}", FieldCodes.UnknownCode);
            if (groups.Take(index).Contains(group, StringComparer.Ordinal)) errors.Add($"/patientGroups/{index}", FieldCodes.Repeated);
            if (group is "none" or "unknown" && groups.Count > 1) errors.Add($"/patientGroups/{index}", FieldCodes.ContradictsOthers);
        }
    }

    /// <summary>The clause must be in the agreement's own list, and in force on the day of the deviation. Without an agreement there is none.</summary>
    public static void CheckClause(string? clause, string? community, string? agreement, DateOnly occurredOn, FieldErrors errors)
    {
        if (clause is null || AgreementClauses.Find(community, agreement, clause, occurredOn) is not null) return;
        var isKnown = Vocabulary.Clauses.ContainsKey(clause) || AgreementClauses.Of(community, agreement).Any(c => c.Number == clause);
        errors.Add("/clause", !isKnown ? FieldCodes.UnknownCode : agreement is null ? FieldCodes.NoAgreement : FieldCodes.NotInForce);
    }
}
