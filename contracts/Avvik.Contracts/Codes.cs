namespace Avvik.Contracts;

/// <summary>States of a deviation and its case, as they travel and as the API shows them.</summary>
public static class CaseStates
{
#pragma warning disable CS1591 // the vocabulary explains each code
    public const string Submitted = "submitted", Triage = "triage", AwaitingReporter = "awaitingReporter", Routed = "routed", Acknowledged = "acknowledged",
        InProgress = "inProgress", Answered = "answered", Disputed = "disputed", Escalated = "escalated", Closed = "closed", Rejected = "rejected",
        Duplicate = "duplicate", Withdrawn = "withdrawn", EnteredInError = "enteredInError";
#pragma warning restore CS1591

    /// <summary>True when nothing more is asked of anyone.</summary>
    public static bool IsFinal(string state) => state is Closed or Rejected or Duplicate or Withdrawn or EnteredInError;
}

/// <summary>Roles a caller may hold (vocabulary), and <see cref="Client"/> for a health record's machine token.</summary>
public static class Roles
{
#pragma warning disable CS1591 // the vocabulary explains each code
    public const string Client = "client", Reporter = "reporter", Handler = "handler", Coordinator = "coordinator", UnitLeader = "unitLeader",
        LearningEditor = "learningEditor", Ssu = "ssu", Secretariat = "secretariat", Admin = "admin", Auditor = "auditor";
#pragma warning restore CS1591

    /// <summary>True for a role that a second administrator must confirm.</summary>
    public static bool NeedsConfirmation(string role) => role is Admin or Auditor;

    /// <summary>True when nobody may hold both at the same party: an auditor examines what administrators and coordinators do.</summary>
    public static bool Exclude(string one, string other) =>
        (one is Auditor && other is Admin or Coordinator) || (other is Auditor && one is Admin or Coordinator);
}

/// <summary>From whom to whom.</summary>
public static class Directions
{
#pragma warning disable CS1591 // the vocabulary explains each code
    public const string MunicipalityToTrust = "municipalityToTrust", TrustToMunicipality = "trustToMunicipality",
        MunicipalityToMunicipality = "municipalityToMunicipality";
#pragma warning restore CS1591

    /// <summary>The direction between two parties; null between two trusts, which no cooperation agreement covers.</summary>
    public static string? Between(Party reporter, Party respondent) => (reporter.IsTrust, respondent.IsTrust) switch
    {
        (false, true) => MunicipalityToTrust,
        (true, false) => TrustToMunicipality,
        (false, false) => MunicipalityToMunicipality,
        (true, true) => null,
    };
}

/// <summary>How soon a case should be looked at.</summary>
public static class Priorities
{
#pragma warning disable CS1591 // self-explaining
    public const string Urgent = "urgent", High = "high", Normal = "normal", Low = "low";
#pragma warning restore CS1591

    /// <summary>The priority that follows from the facts, and what made it so: <c>priority:actualHarm</c>, <c>priority:risk</c> …</summary>
    public static (string Priority, string Reason) Of(DeviationFacts facts) => facts switch
    {
        { ActualHarm: "severe" or "death" } => (Urgent, "priority:actualHarm"),
        { ActualHarm: "moderate" } => (High, "priority:actualHarm"),
        { PotentialHarm: "severe" or "death", Likelihood: "possible" or "likely" or "veryLikely" } => (High, "priority:risk"),
        { Kind: Vocabulary.Praise or "improvement" } => (Low, "priority:kind"),
        _ => (Normal, "priority:default"),
    };
}

/// <summary>Degrees of harm.</summary>
public static class Harm
{
    // Unknown is no degree: to say unknown of something known is to lower it.
    private static readonly string[] ByDegree = ["unknown", "notReached", "none", "mild", "moderate", "severe", "death"];

    /// <summary>0 (unknown) to 6 (death).</summary>
    public static int Rank(string harm) => Array.IndexOf(ByDegree, harm);

    /// <summary>True for harm that demands an answer to «varslet?» before a case can be closed (helsetilsynsloven § 6, Ukom-loven § 7).</summary>
    public static bool IsSerious(string harm) => harm is "severe" or "death";
}
