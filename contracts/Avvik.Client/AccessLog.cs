using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>Why a patient's envelope is to be opened.</summary>
public sealed record OpenEnvelope
{
    /// <summary>Code of <c>accessPurposes</c>.</summary>
    [Code("accessPurposes")]
    [Required]
    public string? Purpose { get; init; }
}

/// <summary>Whose accesses to look for. The number is compared by its keyed fingerprint, and neither stored nor logged.</summary>
public sealed record PatientSearch
{
    /// <summary>Eleven digits.</summary>
    [HoldsIdentity]
    [Required]
    public string? Identifier { get; init; }

    /// <summary>Says nothing: an identity is never printed.</summary>
    public override string ToString() => nameof(PatientSearch);
}

/// <summary>A line of the access log: who was given what, without the content.</summary>
public sealed record AccessLogEntry
{
    /// <summary>The same each time it is given: the beginning of its hash in the service's log.</summary>
    // Not sent by 0.1.
    public string Id { get => field ?? ""; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The person or machine.</summary>
    public required string Subject { get; init; }
    /// <summary>The client the call came through.</summary>
    public required string ClientId { get; init; }
    /// <summary>Roles held.</summary>
    public required IReadOnlyList<string> Roles { get; init; }
    /// <summary>Party.</summary>
    public required string Organization { get; init; }
    /// <summary>Unit, for those who belong to one.</summary>
    public string? Unit { get; init; }
    /// <summary>Code of <c>accessActions</c>.</summary>
    [Code("accessActions")]
    public required string Action { get; init; }
    /// <summary>The deviations, and their cases, whose text was given.</summary>
    public required IReadOnlyList<Guid> Deviations { get; init; }
    /// <summary>What an administrator changed: method and path of the call; of an act on a case, its code.</summary>
    public string? Target { get; init; }
    /// <summary>Code of <c>accessPurposes</c>.</summary>
    [Code("accessPurposes")]
    public string? Purpose { get; init; }
}

/// <summary>Whether a service's access log is as it was written.</summary>
/// <param name="Service">Whose log.</param>
/// <param name="Intact">True when every line follows from the one before it.</param>
/// <param name="Entries">Intact lines of the caller's organisation.</param>
/// <param name="FirstBroken">Position of the first line that is not, among those of all; null when all are, or when only a kept head is missing.</param>
/// <param name="Head">Hash of the last intact line; kept elsewhere, it reveals a chain that was replaced as a whole.</param>
/// <param name="Anchors">Earlier heads that the log was compared with: those that the service has written outside its database, and the call's own.</param>
public sealed record AccessLogVerification(string Service, bool Intact, long Entries, long? FirstBroken, string Head, int Anchors);

/// <summary>How far a verification of an access log has come: a line of the <c>application/x-ndjson</c> answer, before the
/// <see cref="AccessLogVerification"/>.</summary>
/// <param name="Checked">Hundredths checked so far, all of which hold.</param>
/// <param name="Total">100.</param>
public sealed record AccessLogProgress(long Checked, long Total);

/// <summary>What a service has kept of another's access log.</summary>
/// <param name="Service">Whose log.</param>
/// <param name="Hash">Hash of the newest head that was received.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Contradicted">Position of the first head that contradicts an earlier one: the log was rewritten. Null when none does.</param>
public sealed record AccessLogAnchor(string Service, string Hash, DateTimeOffset At, long? Contradicted);
