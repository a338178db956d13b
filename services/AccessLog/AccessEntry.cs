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
    /// <summary>What an administrator changed: method and path of the call; of an act on a case, its code.</summary>
    public string? Target { get; init; }
    /// <summary>Code of <c>accessPurposes</c>.</summary>
    public string? Purpose { get; init; }
    /// <summary>SHA-256 of this line and the hash before it.</summary>
    public byte[] Hash { get; init; } = [];

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

/// <summary>What is logged (<c>accessActions</c>).</summary>
public static class AccessActions
{
    public const string DeviationRead = "deviationRead", TriageRead = "triageRead", CaseRead = "caseRead", CasesListed = "casesListed",
        LessonRead = "lessonRead", ChangesRead = "changesRead", MeasuresRead = "measuresRead", EnvelopeOpened = "envelopeOpened",
        EnvelopeRefused = "envelopeRefused", DeviationWithdrawn = "deviationWithdrawn", MessageWritten = "messageWritten", TriageDecided = "triageDecided",
        CaseChanged = "caseChanged",
        IdentityCleared = "identityCleared", FiguresRead = "figuresRead", Administration = "administration";
}
