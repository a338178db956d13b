using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;

namespace Avvik.Routing.AssignRoles;

/// <summary>A role given to somebody at a party: who, when, why. Never deleted; its end is written into it.</summary>
internal sealed class RoleAssignmentRecord
{
    public Guid Id { get; init; }
    /// <summary>1 when given; rises by one when its end is set or changed.</summary>
    public int Version { get; private set; } = 1;
    public required string Organization { get; init; }
    public required string Subject { get; init; }
    public string? Name { get; init; }
    public required string Role { get; init; }
    public string? Unit { get; init; }
    public DateOnly ValidFrom { get; init; }
    public DateOnly? ValidTo { get; private set; }
    public DateTimeOffset AssignedAt { get; init; }
    public required string AssignedBy { get; init; }
    public required string Reason { get; init; }
    /// <summary>True until a second administrator has confirmed it: nobody else hears of it before, and it does not count.</summary>
    public bool Pending { get; private set; }
    public DateTimeOffset? ConfirmedAt { get; private set; }
    public string? ConfirmedBy { get; private set; }
    /// <summary>True when it was ended at once, whatever its last day.</summary>
    public bool Revoked { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    public string? EndedBy { get; private set; }
    public string? EndReason { get; private set; }

    public bool IsOver(DateOnly today) => Revoked || ValidTo < today;

    /// <summary>A person has one unit at a party at a time.</summary>
    public bool ContradictsUnitOf(RoleAssignmentRecord other) => Overlaps(other) && Unit is not null && other.Unit is not null && Unit != other.Unit;

    public bool Repeats(RoleAssignmentRecord other) => Overlaps(other) && Role == other.Role && Unit == other.Unit;

    public bool Excludes(RoleAssignmentRecord other) => Overlaps(other) && Roles.Exclude(Role, other.Role);

    private bool Overlaps(RoleAssignmentRecord other) => Organization == other.Organization && Subject == other.Subject
        && !(ValidTo < other.ValidFrom) && !(other.ValidTo < ValidFrom);

    public void Confirm(string by, DateTimeOffset now) => (Version, Pending, ConfirmedAt, ConfirmedBy) = (Version + 1, false, now, by);

    public void End(DateOnly? lastDay, string by, string reason, DateTimeOffset now)
    {
        (Version, Revoked, EndedAt, EndedBy, EndReason) = (Version + 1, lastDay is null, now, by, reason);
        if (lastDay is not null) ValidTo = lastDay;
    }

    public RoleAssignmentChanged ToEvent(DateTimeOffset now) => new()
    {
        AggregateId = Id,
        Version = Version,
        OccurredAt = now,
        Assignment = new()
        {
            OrganizationNumber = Organization,
            Subject = Subject,
            Role = Role,
            Unit = Unit,
            From = NorwegianCalendar.StartOf(ValidFrom),
            Until = Revoked ? EndedAt : ValidTo is { } last ? NorwegianCalendar.StartOf(last.AddDays(1)) : null,
        },
    };

    public Assignment View(DateOnly today) =>
        new(Id, Organization, Subject, Name, Role, Unit, ValidFrom, ValidTo, !Pending && ValidFrom <= today && !IsOver(today),
            Pending && !IsOver(today), AssignedAt, AssignedBy, Reason, ConfirmedBy, EndedAt,
            EndedBy, EndReason);

    public static RoleAssignmentRecord Of(string organization, NewAssignment asked, DateOnly from, DateOnly? to, string by, DateTimeOffset now,
        bool pending) => new()
        {
            Id = Guid.CreateVersion7(now),
            Organization = organization,
            Subject = asked.Subject!,
            Name = asked.Name,
            Role = asked.Role!,
            Unit = asked.Unit,
            ValidFrom = from,
            ValidTo = to,
            AssignedAt = now,
            AssignedBy = by,
            Reason = asked.Reason!,
            Pending = pending,
        };
}
