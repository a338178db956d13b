using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Avvik.AccessLog;

/// <summary>A line of the log: who did what to which deviations, when, and why. It never holds a text, an identity or a name.</summary>
public sealed class AccessEntry
{
    /// <summary>From 1, without gaps.</summary>
    public long Position { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Subject { get; init; }
    public required string ClientId { get; init; }
    /// <summary>All roles of the caller, sorted, with a space between.</summary>
    public required string Roles { get; init; }
    public required string Organization { get; init; }
    public string? Unit { get; init; }
    /// <summary>Code of <c>accessActions</c>.</summary>
    public required string Action { get; init; }
    /// <summary>Ids of the deviations whose text was given, with a space between.</summary>
    public string? Deviations { get; init; }
    /// <summary>What an administrator changed: method and path of the call; of an act on a case, its code; of an opened envelope, its
    /// number in the deviation; of an attachment, its id, and of a removed one its hash too.</summary>
    public string? Target { get; init; }
    /// <summary>Code of <c>accessPurposes</c>.</summary>
    public string? Purpose { get; init; }
    /// <summary>SHA-256 of this line and the hash before it.</summary>
    public byte[] Hash { get; init; } = [];

    /// <summary>What it is known by outside: the beginning of its hash. A position would tell how much all parties do.</summary>
    public string Id => Convert.ToHexStringLower(Hash.AsSpan(0, 8));

    public IEnumerable<Guid> DeviationIds => Deviations?.Split(' ').Select(Guid.Parse) ?? [];

    /// <summary>The line's hash when <paramref name="previous"/> is the one before it. Members are written with their length, so that none can move into
    /// another.</summary>
    public byte[] HashAfter(byte[] previous)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8))
        {
            writer.Write(previous.Length);
            writer.Write(previous);
            writer.Write(Position);
            writer.Write(At.ToUnixTimeMilliseconds());
            foreach (var member in new[] { Subject, ClientId, Roles, Organization, Unit, Action, Deviations, Target, Purpose })
            {
                writer.Write(member is not null);
                writer.Write(member ?? "");
            }
        }
        return SHA256.HashData(content.ToArray());
    }
}

/// <summary>Index of the lines of a deviation, compared with the lines when the log is verified.</summary>
internal sealed class AccessedDeviation
{
    public Guid DeviationId { get; init; }
    public long Position { get; init; }
}

/// <summary>The last line's position and hash. Whoever adds a line holds this row until the commit, so the chain does not branch.</summary>
internal sealed class AccessHead
{
    public int Id { get; init; }
    public long Position { get; init; }
    public byte[] Hash { get; init; } = [];
}

/// <summary>The log was cut before the line after this position: what is older than the retention is gone, and what is left follows from here.</summary>
internal sealed class AccessCut
{
    /// <summary>Of the last line that was removed.</summary>
    public long Position { get; init; }
    /// <summary>Its hash.</summary>
    public byte[] Hash { get; init; } = [];
    /// <summary>Lines that this cut removed.</summary>
    public long Entries { get; init; }
    public DateTimeOffset At { get; init; }
    public required string KeyId { get; init; }
    /// <summary>ECDSA (P-256, SHA-256) of the members before it, by the service's key: who has the database alone cannot cut.</summary>
    public byte[] Signature { get; set; } = [];

    public byte[] Digest(string service) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"avvik.access-log-cut.v1\n{service}\n{Position}\n{Convert.ToHexStringLower(Hash)}\n{Entries}\n{At.ToUnixTimeMilliseconds()}\n{KeyId}")));
}

/// <summary>A head of a service's log: of another's, as it was received; of the own, as it was sent.</summary>
internal sealed class KeptAnchor
{
    public required string Service { get; init; }
    public long Position { get; init; }
    /// <summary>In hexadecimal.</summary>
    public required string Hash { get; init; }
    /// <summary>What the line of the anchor before was when this one was sent.</summary>
    public long? PreviousPosition { get; init; }
    public string? PreviousHash { get; init; }
    public DateTimeOffset At { get; init; }
}

/// <summary>What is logged (<c>accessActions</c>).</summary>
public static class AccessActions
{
    public const string DeviationRead = "deviationRead", TriageRead = "triageRead", CaseRead = "caseRead", CasesListed = "casesListed",
        LessonRead = "lessonRead", ChangesRead = "changesRead", MeasuresRead = "measuresRead", EnvelopeOpened = "envelopeOpened",
        EnvelopeRefused = "envelopeRefused", AttachmentAdded = "attachmentAdded", AttachmentsListed = "attachmentsListed",
        AttachmentOpened = "attachmentOpened", AttachmentRemoved = "attachmentRemoved", PatientSearched = "patientSearched",
        DeviationWithdrawn = "deviationWithdrawn", MessageWritten = "messageWritten", TriageDecided = "triageDecided",
        CaseChanged = "caseChanged", PatientsAdded = "patientsAdded", TextRedacted = "textRedacted", ReporterOpened = "reporterOpened",
        AuthorityNotified = "authorityNotified",
        IdentityCleared = "identityCleared", FiguresRead = "figuresRead", Administration = "administration";
}
