using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>What is to be learnt from a case, as it is proposed or changed; free of identities.</summary>
public sealed record LessonDraft
{
    /// <summary>At most 200 characters.</summary>
    [Required]
    public string? Title { get; init; }
    /// <summary>What happened, at most 4,000 characters.</summary>
    [Required]
    public string? WhatHappened { get; init; }
    /// <summary>Why, at most 4,000 characters; needed but for good collaboration.</summary>
    public string? Why { get; init; }
    /// <summary>What was changed, at most 4,000 characters; needed but for good collaboration.</summary>
    public string? WhatWeChanged { get; init; }
    /// <summary>Who should know, at most 1,000 characters.</summary>
    [Required]
    public string? WhoShouldKnow { get; init; }
    /// <summary>Codes of <c>patientGroups</c> whose fagutvalg it is addressed to; not given: those of the case.</summary>
    [Code("patientGroups")]
    public IReadOnlyList<string>? PatientGroups { get; init; }
}

/// <summary>A lesson. To others than the two parties it has no case and no parties.</summary>
public sealed record Lesson : WrittenAnswer
{
    /// <summary>The lesson's own id.</summary>
    public required Guid Id { get; init; }
    /// <summary>Rises by one for each change; the ETag.</summary>
    public required int Version { get; init; }
    /// <summary><c>proposed</c>, or <c>approved</c> when both parties have.</summary>
    public required string State { get; init; }
    /// <summary>In short.</summary>
    public required string Title { get; init; }
    /// <summary>What happened.</summary>
    public required string WhatHappened { get; init; }
    /// <summary>Why; empty for a good story.</summary>
    public required string Why { get; init; }
    /// <summary>What was changed; empty for a good story.</summary>
    public required string WhatWeChanged { get; init; }
    /// <summary>Who should know.</summary>
    public required string WhoShouldKnow { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    [Code("patientGroups")]
    public required IReadOnlyList<string> PatientGroups { get; init; }
    /// <summary>Code of <c>categories</c>.</summary>
    [Code("categories")]
    public required string Category { get; init; }
    /// <summary>Point of § 6-2.</summary>
    [Code("clauses")]
    public string? Clause { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>When it happened: <c>2026-Q3</c>.</summary>
    public required string Quarter { get; init; }
    /// <summary>When it was approved; until then, when it was proposed or last changed.</summary>
    public required DateTimeOffset ListedAt { get; init; }
    /// <summary>What only the two parties see; null for everyone else.</summary>
    public LessonOrigin? Origin { get; init; }
}

/// <summary>Why a lesson is taken back.</summary>
public sealed record WithdrawLesson
{
    /// <summary>Kept in the case's history, at most 4,000 characters; never the words that are taken back.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>Where a lesson comes from.</summary>
/// <param name="CaseId">The case.</param>
/// <param name="Reference">The case, for people.</param>
/// <param name="ReporterOrganization">Who reported.</param>
/// <param name="RespondentOrganization">Who answered.</param>
/// <param name="ApprovedBy">Which of them have approved it.</param>
public sealed record LessonOrigin(Guid CaseId, string Reference, string ReporterOrganization, string RespondentOrganization, IReadOnlyList<string> ApprovedBy);

/// <summary>Closed cases of the caller's party, and lessons of its community, like a case; most like it first.</summary>
/// <param name="Cases">At most ten.</param>
/// <param name="Lessons">At most ten.</param>
public sealed record SimilarCases(IReadOnlyList<SimilarCase> Cases, IReadOnlyList<SimilarLesson> Lessons);

/// <summary>A case like another.</summary>
/// <param name="Case">The worklist's line.</param>
/// <param name="Score">The higher, the more like it; comparable within one answer.</param>
/// <param name="Why"><c>category</c> and <c>clause</c> when they are the same, <c>word:…</c> for each telling word in both.</param>
public sealed record SimilarCase(CaseRow Case, double Score, IReadOnlyList<string> Why);

/// <summary>A lesson for a case.</summary>
/// <param name="Lesson">The lesson.</param>
/// <param name="Score">The higher, the more like it; comparable within one answer.</param>
/// <param name="Why"><c>category</c> and <c>clause</c> when they are the same, <c>word:…</c> for each telling word in both.</param>
public sealed record SimilarLesson(Lesson Lesson, double Score, IReadOnlyList<string> Why);
