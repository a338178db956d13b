using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>Communities as they are to be: each takes the place of the one with its code, or is new. Others stay as they are.</summary>
public sealed record DirectoryImport
{
    /// <summary>At most 20, each whole.</summary>
    [Required, HoldsCodes]
    public IReadOnlyList<CommunityDocument>? Communities { get; init; }
    /// <summary>Why, at most 4,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>Why the newest import is taken back.</summary>
public sealed record DirectoryUndo
{
    /// <summary>At most 4,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>What an import changes, or would change.</summary>
/// <param name="Version">The directory's after it; of a dry run, as it is.</param>
/// <param name="DryRun">True: nothing was stored.</param>
/// <param name="Differences">In the order of the document.</param>
public sealed record DirectoryImportAnswer(int Version, bool DryRun, IReadOnlyList<DirectoryDifference> Differences) : WrittenAnswer;

/// <summary>Something that becomes another.</summary>
/// <param name="Path">Where: <c>helgeland/agreements/helgeland-2024/validTo</c>.</param>
/// <param name="Before">As it was; null: it was not there.</param>
/// <param name="After">As it becomes; null: it is no longer there.</param>
public sealed record DirectoryDifference(string Path, string? Before, string? After);

/// <summary>An import, or the undoing of one.</summary>
/// <param name="Version">The directory's after it.</param>
/// <param name="At">When.</param>
/// <param name="Organization">Party of whoever made it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Undoes">Version of the import that it took back; null: it is an import.</param>
/// <param name="UndoneBy">Version that took it back; null: it stands.</param>
/// <param name="Communities">Codes of the communities that it changed.</param>
public sealed record DirectoryVersion(int Version, DateTimeOffset At, string Organization, string Reason, int? Undoes, int? UndoneBy,
    IReadOnlyList<string> Communities);
