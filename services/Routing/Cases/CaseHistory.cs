namespace Avvik.Routing.Cases;

/// <summary>A line of a case's history; appended, and never changed but that a passage of its text is struck.</summary>
internal sealed class CaseEventRecord
{
    public Guid CaseId { get; init; }
    public int Version { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Action { get; init; }
    public string? Organization { get; init; }
    public string? Actor { get; init; }
    public required string State { get; init; }
    public required string Unit { get; init; }
    public string? Text { get; set; }
}

/// <summary>A message from the reporter; it may arrive before its case.</summary>
internal sealed class ReporterMessageRecord
{
    public Guid CaseId { get; init; }
    public int Number { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Organization { get; init; }
    public required string Text { get; init; }
}

/// <summary>A withdrawal that arrived before its case.</summary>
internal sealed class EarlyWithdrawal
{
    public Guid CaseId { get; init; }
    public required string Organization { get; init; }
    /// <summary>Sealed, as it travelled.</summary>
    public required string Reason { get; init; }
}

/// <summary>How many patients are named, from an event that arrived before its case.</summary>
internal sealed class EarlyPatients
{
    public Guid CaseId { get; init; }
    public int Named { get; init; }
}

/// <summary>A deviation that repeats a case; it may arrive before that case.</summary>
internal sealed class DuplicateRecord
{
    public Guid Id { get; init; }
    public Guid MainCase { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Reference { get; init; }
    public required string ReporterOrganization { get; init; }
    /// <summary>The coordinator's comment to the duplicate's reporter, kept until its own case arrives.</summary>
    public string? Comment { get; init; }
    public required string Narrative { get; init; }
    /// <summary>Who merged it, in the respondent's party; null in rows of the first release.</summary>
    public string? Actor { get; init; }
}

/// <summary>Two cases that seem to be reports of one event: of one patient, between the same parties, of the same days.</summary>
internal sealed class SuggestedLink
{
    public Guid CaseId { get; init; }
    public Guid OtherId { get; init; }
}
