using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>Something that a unit or a person was notified of.</summary>
/// <param name="Id">Of the notice.</param>
/// <param name="At">When it happened.</param>
/// <param name="Kind">A code of <c>noticeKinds</c>.</param>
/// <param name="Percent">Of a deadline: the share of the answer time that had passed.</param>
/// <param name="DeviationId">The deviation and its case.</param>
/// <param name="Reference">As in <c>AVV-2026-4830112</c>.</param>
/// <param name="Unit">Code of the unit; null: the person's own.</param>
/// <param name="Delivery"><c>none</c> (no address, or switched off), <c>pending</c>, <c>sent</c> or <c>failed</c>.</param>
public sealed record NoticeItem(
    Guid Id, DateTimeOffset At, [property: Code("noticeKinds")] string Kind, int? Percent, Guid DeviationId, string Reference, string? Unit, string Delivery);

/// <summary>How a unit or a person is notified.</summary>
/// <param name="Version">Rises with each change; 0 while nothing is set. Also the ETag.</param>
/// <param name="Unit">Code of the unit; null: the person's own.</param>
/// <param name="Email">Where notices go; null: a unit's go to its <paramref name="Mailbox"/>, else to the party's fallback unit, a person's nowhere.</param>
/// <param name="LeaderEmail">Of a unit: who is also told when the answer is overdue.</param>
/// <param name="Phone">Also told as SMS of what is urgent, where the installation has an SMS service.</param>
/// <param name="DigestHour">Hour of the day, Norwegian time, at which all is sent as one; null: each at once.</param>
/// <param name="QuietFrom">First hour in which nothing is sent but serious events; null: no quiet hours.</param>
/// <param name="QuietTo">Hour at which quiet hours end.</param>
/// <param name="Muted">Kinds that are not sent.</param>
/// <param name="Failure">The last delivery that was refused or returned, until one arrives (after a returned one: until none has come back for a week) or
/// the address is changed.</param>
/// <param name="Mailbox">Of a unit: its shared mailbox in the directory.</param>
public sealed record NoticeSettings(int Version, string? Unit, string? Email, string? LeaderEmail, string? Phone, int? DigestHour, int? QuietFrom,
    int? QuietTo, [property: Code("noticeKinds")] IReadOnlyList<string> Muted, NoticeFailure? Failure,
    string? Mailbox = null);

/// <summary>A delivery that was refused or returned.</summary>
/// <param name="At">When.</param>
/// <param name="Code">The status of the mail server (<c>smtp550</c>) or the SMS service (<c>http400</c>); <c>dsn5.1.1</c>: accepted, and returned later
/// with that status (RFC 3463); <c>expired</c>: tried in vain for days.</param>
/// <param name="Channel"><c>email</c>, <c>leader</c> or <c>sms</c>.</param>
public sealed record NoticeFailure(DateTimeOffset At, string Code, string Channel);

/// <summary>Settings as they are to be; what is left out is switched off.</summary>
public sealed record NoticeSettingsChange
{
    /// <summary>See <see cref="NoticeSettings.Email"/>.</summary>
    [HoldsIdentity]
    public string? Email { get; init; }
    /// <summary>See <see cref="NoticeSettings.LeaderEmail"/>; units only.</summary>
    [HoldsIdentity]
    public string? LeaderEmail { get; init; }
    /// <summary>See <see cref="NoticeSettings.Phone"/>.</summary>
    [HoldsIdentity]
    public string? Phone { get; init; }
    /// <summary>0 to 23.</summary>
    public int? DigestHour { get; init; }
    /// <summary>0 to 23; together with <see cref="QuietTo"/>.</summary>
    public int? QuietFrom { get; init; }
    /// <summary>0 to 23.</summary>
    public int? QuietTo { get; init; }
    /// <summary>Kinds that are not to be sent; those of duty cannot be among them.</summary>
    [HoldsCodes, Code("noticeKinds")]
    public IReadOnlyList<string>? Muted { get; init; }
}
