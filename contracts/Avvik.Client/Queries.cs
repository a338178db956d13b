using Refit;

namespace Avvik.Client;

/// <summary>Which deviations: <c>GET /api/v1/deviations</c>.</summary>
public sealed record DeviationQuery
{
    /// <summary>Code of a unit of the caller's party: what that unit has reported.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary><c>submitted</c>, or a code of <c>caseStates</c>.</summary>
    public string? State { get; init; }
    /// <summary>First day of receipt, Norwegian local date.</summary>
    [Query(Format = "yyyy-MM-dd")]
    public DateOnly? From { get; init; }
    /// <summary>Last day of receipt.</summary>
    [Query(Format = "yyyy-MM-dd")]
    public DateOnly? To { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which notices: <c>GET /api/v1/notices</c>.</summary>
public sealed record NoticeQuery
{
    /// <summary>Code of a unit; null: the caller's own.</summary>
    public string? Unit { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which changes: <c>GET /api/v1/changes</c>.</summary>
public sealed record ChangeQuery
{
    /// <summary>Code of a unit of the caller's party: changes of what that unit has reported, and no others.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary><see cref="Changes.NextCursor"/> of the last answer; <c>latest</c>: from now on; null: from the beginning.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many seconds to wait for a change, at most 30.</summary>
    public int? Wait { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which lines of an access log: <c>GET /api/v1/access-log/{service}</c>.</summary>
public sealed record AccessLogQuery
{
    /// <summary>Those about this deviation or its case.</summary>
    public Guid? Deviation { get; init; }
    /// <summary>Those of this person or machine.</summary>
    public string? Subject { get; init; }
    /// <summary>First day, Norwegian local date.</summary>
    [Query(Format = "yyyy-MM-dd")]
    public DateOnly? From { get; init; }
    /// <summary>Last day.</summary>
    [Query(Format = "yyyy-MM-dd")]
    public DateOnly? To { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>What waits in triage: <c>GET /api/v1/triage</c>.</summary>
public sealed record TriageQuery
{
    /// <summary>Code of a health community.</summary>
    public string? Community { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which cases: <c>GET /api/v1/cases</c>.</summary>
public sealed record CaseQuery
{
    /// <summary>Code of the unit that has it.</summary>
    public string? Unit { get; init; }
    /// <summary>Organisation number of a party of it.</summary>
    public string? Organization { get; init; }
    /// <summary>Code of <c>caseStates</c>; not given: those that are not in a final state.</summary>
    public string? State { get; init; }
    /// <summary>Code of <c>categories</c>.</summary>
    public string? Category { get; init; }
    /// <summary>Past due and not answered, or the others.</summary>
    public bool? Overdue { get; init; }
    /// <summary>Words to find in reference and narrative, at most 200 characters.</summary>
    public string? Q { get; init; }
    /// <summary><c>dueAt</c> (default), <c>-receivedAt</c> or <c>-actualHarm</c>.</summary>
    public string? Sort { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which cases to count: <c>GET /api/v1/cases/counts</c>.</summary>
public sealed record CaseCountQuery
{
    /// <summary>Code of the unit that has them; not given: all that the caller's party has a part in.</summary>
    public string? Unit { get; init; }
}

/// <summary>Which measures: <c>GET /api/v1/measures</c>.</summary>
public sealed record MeasureQuery
{
    /// <summary>Code of the unit that sees to it.</summary>
    public string? Unit { get; init; }
    /// <summary>State of the measure.</summary>
    public string? State { get; init; }
    /// <summary>Past its due date and neither done nor cancelled, or the others.</summary>
    public bool? Overdue { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which lessons: <c>GET /api/v1/lessons</c>.</summary>
public sealed record LessonQuery
{
    /// <summary>Words to find, at most 200 characters.</summary>
    public string? Q { get; init; }
    /// <summary>Code of <c>categories</c>.</summary>
    public string? Category { get; init; }
    /// <summary>Code of <c>patientGroups</c>.</summary>
    public string? PatientGroup { get; init; }
    /// <summary>Code of <c>clauses</c>: a point of the agreement.</summary>
    public string? Clause { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which roles: <c>GET /api/v1/assignments</c>.</summary>
public sealed record AssignmentQuery
{
    /// <summary>Organisation number, for an administrator; else it is the caller's own.</summary>
    public string? Organization { get; init; }
    /// <summary>The person's <c>sub</c>.</summary>
    public string? Subject { get; init; }
    /// <summary>A role of the vocabulary.</summary>
    public string? Role { get; init; }
    /// <summary>Those that count now, or the others.</summary>
    public bool? Active { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>Which signals: <c>GET /api/v1/signals</c>.</summary>
public sealed record SignalQuery
{
    /// <summary>Code of a health community; the caller's own when not given.</summary>
    public string? Community { get; init; }
    /// <summary><c>new</c>, <c>lookedAt</c> or <c>explained</c>.</summary>
    public string? State { get; init; }
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}

/// <summary>
/// Which figures: <c>GET /api/v1/statistics</c>. Each filter is a list of codes, one of which the deviation has; all filters must match.
/// </summary>
public sealed record StatisticsQuery
{
    /// <summary><c>own</c>: the cases of the caller's party or unit, whole; <c>community</c>: protected figures of frozen quarters. By the caller's role when
    /// not given.</summary>
    public string? Scope { get; init; }
    /// <summary>Code of a health community; the caller's own when not given.</summary>
    public string? Community { get; init; }
    /// <summary>First day of receipt, Norwegian local date; not given: the start of the quarter of the last day.</summary>
    [Query(Format = "yyyy-MM-dd")]
    public DateOnly? From { get; init; }
    /// <summary>Last day; today when not given.</summary>
    [Query(Format = "yyyy-MM-dd")]
    public DateOnly? To { get; init; }
    /// <summary>Dimensions of the rows, at most four (of the community two, filters included): the names of the filters below, or <c>community</c>.</summary>
    [Query(CollectionFormat.Csv)]
    public IReadOnlyList<string>? By { get; init; }
    /// <summary>Regions.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Region { get; init; }
    /// <summary>Municipality numbers.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Municipality { get; init; }
    /// <summary>Units.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Unit { get; init; }
    /// <summary>From whom to whom.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Direction { get; init; }
    /// <summary>Organisation numbers of those who reported.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Reporter { get; init; }
    /// <summary>Organisation numbers of those who answer.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Respondent { get; init; }
    /// <summary>Agreements.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Agreement { get; init; }
    /// <summary>Codes of <c>categories</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Category { get; init; }
    /// <summary>Points of § 6-2.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Clause { get; init; }
    /// <summary>Codes of <c>kinds</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Kind { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? PatientGroup { get; init; }
    /// <summary>Codes of <c>harm</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Harm { get; init; }
    /// <summary>Codes of <c>contributingFactors</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Cause { get; init; }
    /// <summary>Which unit returned it to which, as in <c>si-tynset&gt;si-habilitering</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? HopPair { get; init; }
    /// <summary>Codes of <c>caseStates</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? State { get; init; }
    /// <summary>Quarters, as in <c>2026-Q3</c>.</summary>
    [Query(CollectionFormat.Multi)]
    public IReadOnlyList<string>? Quarter { get; init; }
}

/// <summary>Which redactions: <c>GET /api/v1/redactions</c>.</summary>
public sealed record RedactionQuery
{
    /// <summary><see cref="Page{T}.NextCursor"/> of the page before; null: from the start.</summary>
    public string? Cursor { get; init; }
    /// <summary>How many, at most 200; 50 when not given.</summary>
    public int? Limit { get; init; }
}
