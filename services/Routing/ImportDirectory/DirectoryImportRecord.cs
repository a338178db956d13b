namespace Avvik.Routing.ImportDirectory;

/// <summary>An import of communities, or the undoing of one: who, when, why, and all communities before and after. Appended, never deleted.</summary>
internal sealed class DirectoryImportRecord
{
    /// <summary>The directory's version after it.</summary>
    public int Version { get; init; }
    public required string Organization { get; init; }
    /// <summary>Every community before it, as JSON; null: those that ship.</summary>
    public string? Before { get; init; }
    public required string After { get; init; }
    public required IReadOnlyList<string> Communities { get; init; }
    public DateTimeOffset ImportedAt { get; init; }
    public required string ImportedBy { get; init; }
    public required string Reason { get; init; }
    public int? Undoes { get; init; }
    public int? UndoneBy { get; set; }
}
