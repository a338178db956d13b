namespace Avvik.Contracts.Routing;

/// <summary>
/// A role that was given to somebody, or its end: each assignment has its own id and versions, so that a change tells of one person only. The only event
/// that names a person, as tokens do (<c>sub</c>): a service cannot decide access without it.
/// </summary>
public sealed record RoleAssignmentChanged : IEvent
{
    /// <summary>The assignment.</summary>
    public required Guid AggregateId { get; init; }
    /// <inheritdoc/>
    public required int Version { get; init; }
    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>As it stands; ended at once, its <see cref="RoleAssigned.Until"/> is when that was done.</summary>
    public required RoleAssigned Assignment { get; init; }
}
