namespace Avvik.Routing.EditDirectory;

/// <summary>A change of the directory: who, when, why, and the unit as it became. Appended, never changed.</summary>
internal sealed class DirectoryChangeRecord
{
    public int Version { get; init; }
    public required string Organization { get; init; }
    public required string Unit { get; init; }
    public required string Body { get; init; }
    public DateTimeOffset ChangedAt { get; init; }
    public required string ChangedBy { get; init; }
    public required string Reason { get; init; }
}
