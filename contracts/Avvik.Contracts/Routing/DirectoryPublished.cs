using System.Text.Json;
using System.Text.Json.Serialization;

namespace Avvik.Contracts.Routing;

/// <summary>
/// The care directory as it stands: all that differs from what ships with the contracts. Whoever has the highest version has it all.
/// </summary>
public sealed record DirectoryPublished : IEvent
{
    /// <summary>The one directory's id, always the same.</summary>
    public static readonly Guid DirectoryId = new("0198b1f2-0000-7000-8000-000000000001");

    /// <summary><see cref="DirectoryId"/>; 0.1 wrote it as <c>deviationId</c>, so it may be missing.</summary>
    public Guid AggregateId { get; init => field = value == Guid.Empty ? DirectoryId : value; } = DirectoryId;
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>Units that were added or changed.</summary>
    public required IReadOnlyList<DirectoryUnitState> Units { get; init; }
    /// <summary>Every community, once any was imported, as a JSON list of <see cref="CommunityDocument"/>; null: those that ship.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Communities { get; init; }
    /// <summary>Roles that somebody has or is to have, as 0.1 published them. No longer written: see <see cref="RoleAssignmentChanged"/>.</summary>
    public IReadOnlyList<RoleAssigned>? Assignments { get; init; }

    /// <summary>Every community.</summary>
    public IReadOnlyList<CommunityDocument> ReadCommunities() => Communities is null ? HealthCommunities.Shipped : Read(Communities);

    /// <summary>Communities from what <see cref="Write"/> wrote.</summary>
    public static IReadOnlyList<CommunityDocument> Read(string communities) =>
        JsonSerializer.Deserialize(communities, ContractJson.Default.CommunityDocumentArray)!;

    /// <summary>Communities as <see cref="Communities"/> holds them.</summary>
    public static string Write(IEnumerable<CommunityDocument> communities) =>
        JsonSerializer.Serialize([.. communities], ContractJson.Default.CommunityDocumentArray);
}

/// <summary>A role that somebody has at a party.</summary>
public sealed record RoleAssigned
{
    /// <summary>The party.</summary>
    public required string OrganizationNumber { get; init; }
    /// <summary>The person, as tokens name them (<c>sub</c>).</summary>
    public required string Subject { get; init; }
    /// <summary>A role of the vocabulary.</summary>
    public required string Role { get; init; }
    /// <summary>The unit it is for; null: the whole party.</summary>
    public string? Unit { get; init; }
    /// <summary>From this moment.</summary>
    public required DateTimeOffset From { get; init; }
    /// <summary>Until, and not at, this moment; null: no end is set.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>True when it counts at a moment.</summary>
    public bool IsIn(DateTimeOffset at) => From <= at && (Until is null || at < Until);
}

/// <summary>A unit as it stands.</summary>
public sealed record DirectoryUnitState
{
    /// <summary>The party it belongs to.</summary>
    public required string OrganizationNumber { get; init; }
    /// <summary>Stable.</summary>
    public required string Code { get; init; }
    /// <summary>What people call it, in bokmål.</summary>
    public required string Label { get; init; }
    /// <summary>Names of the places that belong to it.</summary>
    public required IReadOnlyList<string> Sites { get; init; }
    /// <summary>First day on which it gets no more cases; null: it is not closed.</summary>
    public DateOnly? ClosedOn { get; init; }
    /// <summary>Code of the unit that takes over; null: the party's fallback unit does.</summary>
    public string? Successor { get; init; }
    /// <summary>True: its cases, and what it reports, are for its own people only (psychiatry, substance use, children).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Restricted { get; init; }
    /// <summary>
    /// Address of the mailbox that it shares: of a function, never of a person. Null: as its community's document says; empty: it has none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mailbox { get; init; }
}
